/**
 * Makes text from users harmless for the place it goes to: a terminal, or XML and HTML.
 *
 * Names of groups are limited by the definition, but scenario names, expectations and errors may hold anything. A
 * terminal must not obey escape sequences from a file, XML has characters that it cannot hold at all, and a page must
 * never take a name for markup.
 */

/** Replaces what a terminal or a line of text could take as a command: control characters and half surrogates. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (char) =>
    char === '\n' || char === '\t' ? ' ' : '\ufffd',
  );
}

/** Text for the inside of an element or of a quoted attribute, in XML and in HTML. */
export function escapeXml(text: string): string {
  return printable(text)
    .replace(/[\ufffe\uffff]/g, '\ufffd')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;');
}

/** Columns that a text takes in a terminal: two for the wide characters of East Asia, none for combining ones. */
export function columns(text: string): number {
  let width = 0;
  for (const char of text) width += WIDE.test(char) ? 2 : NONE.test(char) ? 0 : 1;
  return width;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;
const NONE = /[\p{Mn}\p{Me}\u200b-\u200d]/u;

/** Cuts a text to so many columns, with `..` where something is missing. */
export function cut(text: string, columnsMax: number): string {
  if (columns(text) <= columnsMax) return text;
  let kept = '';
  for (const char of text) {
    if (columns(kept + char) > columnsMax - 2) break;
    kept += char;
  }
  return `${kept}..`.slice(0, Math.max(0, columnsMax));
}

/** Fills a text with spaces up to so many columns. */
export function pad(text: string, columnsMin: number): string {
  return text + ' '.repeat(Math.max(0, columnsMin - columns(text)));
}

/** Breaks a text into lines of at most so many columns, at spaces where there are any. */
export function wrap(text: string, columnsMax: number): string[] {
  const lines: string[] = [];
  let line = '';
  const flush = (): void => {
    if (line !== '') lines.push(line);
    line = '';
  };
  for (const word of text.split(' ')) {
    if (line !== '' && columns(line) + 1 + columns(word) > columnsMax) flush();
    line = line === '' ? word : `${line} ${word}`;
    while (columns(line) > columnsMax) {
      let head = '';
      for (const char of line) {
        if (head !== '' && columns(head + char) > columnsMax) break;
        head += char;
      }
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  flush();
  return lines.length > 0 ? lines : [''];
}
