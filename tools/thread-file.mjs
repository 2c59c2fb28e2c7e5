/** How the code of a thread becomes one file: what the build makes for servers, and the benchmark for its own threads. */
import { rolldown } from 'rolldown';

/**
 * @param {string} input the path of the entry
 */
export function bundleOf(input) {
  return rolldown({ input, platform: 'node' });
}

export const ONE_FILE = /** @type {const} */ ({ format: 'cjs', codeSplitting: false });
