/**
 * Whether a history of one register is linearizable: whether its operations can be put into one order, each between its
 * call and its answer, in which every read finds what was written last (Wing and Gong; visited positions are remembered,
 * as Lowe does it).
 *
 * A write without a known outcome may have taken effect at any time after its call, or never. A read without an answer
 * says nothing and is left out by whoever writes the history down.
 */
export interface Operation {
  readonly kind: 'write' | 'read';
  /** What was written, or found; undefined where nothing is there. */
  readonly value: string | undefined;
  readonly from: number;
  /** When the answer was there; Infinity where the outcome is unknown. */
  readonly to: number;
}

/** Operations that touch at one instant may come in either order. */
export function isLinearizable(history: readonly Operation[], initial?: string): boolean {
  const operations = [...history].sort((a, b) => a.from - b.from || a.to - b.to);
  const seen = new Set<string>();
  /** What is left, in order, and what the register holds: whether that can be put into an order. */
  const search = (left: readonly number[], value: string | undefined): boolean => {
    // What was never answered need not have happened.
    const due = Math.min(...left.map((at) => operations[at].to));
    if (due === Infinity) return true;
    const position = `${value === undefined ? '-' : `=${value}`} ${left.join()}`;
    if (seen.has(position)) return false;
    seen.add(position);
    return left.some((at) => {
      const { kind, value: own, from } = operations[at];
      if (from > due || (kind === 'read' && own !== value)) return false;
      return search(
        left.filter((other) => other !== at),
        kind === 'write' ? own : value,
      );
    });
  };
  return search([...operations.keys()], initial);
}
