/**
 * Where the compiled code of a thread is: beside this file, or, when this runs from source (in a test), in dist.
 */

/** The entry of a server's thread. Threads run compiled code only; `npm run build` makes it. */
export function threadEntry(name: 'lockstep' | 'realtime/main'): URL {
  const fromSource = import.meta.url.endsWith('.ts');
  return new URL(`${fromSource ? '../../dist' : '..'}/node/${name}.js`, import.meta.url);
}
