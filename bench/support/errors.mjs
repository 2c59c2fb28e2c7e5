/** What went wrong with a file, in the word of the operating system. */

/**
 * The code of an error, such as ENOENT, or its text where it has none.
 *
 * @param {unknown} error
 */
export function codeOf(error) {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
