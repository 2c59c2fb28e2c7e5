/**
 * Where the code of a thread is: beside this file's room, or, when this runs from source (in a test), in dist.
 *
 * Threads run one file each, which the build has made of all that they need. Where test coverage is counted they run the
 * modules it was made of: these are what everybody else runs, and what coverage is counted by.
 */

/** What a thread runs: a server's or a client's code, by backend, or how threads begin whose code is compiled ahead. */
export type ThreadName = 'lockstep' | 'realtime/main' | 'client/lockstep' | 'realtime/client' | 'begin';

/** The entry of a thread. Threads run compiled code only; `npm run build` makes it. */
export function threadEntry(name: ThreadName): URL {
  const fromSource = import.meta.url.endsWith('.ts');
  const ending = process.env.NODE_V8_COVERAGE ? 'js' : 'cjs';
  return new URL(`${fromSource ? '../../dist' : '..'}/node/${name}.${ending}`, import.meta.url);
}
