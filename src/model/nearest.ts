/**
 * The word somebody probably meant, for the `fix` of an error.
 *
 * Mistyped words are near the right one: a letter more, a letter less, a wrong one, two exchanged. So the candidate
 * with the fewest such changes is suggested, and nothing at all when even that one differs too much to be a slip.
 */

/** Words longer than this are no slips of the pen; comparing them would only cost time. */
const WORD_LENGTH_MAX = 64;

/**
 * The candidate nearest to `word`, the first of equally near ones; undefined where none is near. Capitals do not count
 * as a difference; else at most a third of the letters (but always one) may differ, and never all of them.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let fewest = Infinity;
  if (word.length > WORD_LENGTH_MAX) return undefined;
  for (const candidate of candidates) {
    if (candidate.length > WORD_LENGTH_MAX) continue;
    const changes = editDistance(word.toLowerCase(), candidate.toLowerCase());
    const allowed = Math.max(1, Math.floor(Math.max(word.length, candidate.length) / 3));
    const slip = changes === 0 || (changes <= allowed && changes < Math.min(word.length, candidate.length));
    if (slip && changes < fewest) {
      best = candidate;
      fewest = changes;
    }
  }
  return best;
}

/** Insertions, deletions, replacements and exchanges of neighbours that turn one text into the other. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const replaced = last[column - 1] + (from[row - 1] === to[column - 1] ? 0 : 1);
      let fewest = Math.min(last[column] + 1, current[column - 1] + 1, replaced);
      const exchanged = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (exchanged) fewest = Math.min(fewest, beforeLast[column - 2] + 1);
      current.push(fewest);
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length];
}
