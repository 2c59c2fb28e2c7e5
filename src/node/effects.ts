/**
 * What an engine gives out, written down to be carried out elsewhere: the name of the effect and its arguments.
 *
 * The list crosses from a server's thread to the main thread as plain data. `misplaced` is no effect of the engine but
 * what its audit found; it stands in the list where it was found. A mark names a moment worth knowing to whoever measures.
 */
import type { Effects } from '../failover/frames.js';

/** An effect as it was given out: `['send', to, frame]`. Arguments that are undefined at the end are left out. */
export type EffectRecord = readonly [name: keyof Effects | 'misplaced' | 'mark', ...args: unknown[]];

/** Effects that are written into a list instead of being carried out. */
export function recordingEffects(write: (record: EffectRecord) => void): Effects {
  const note =
    (name: keyof Effects) =>
    (...args: unknown[]): void => {
      while (args.length > 0 && args.at(-1) === undefined) args.pop();
      write([name, ...args]);
    };
  return {
    broadcast: note('broadcast'),
    send: note('send'),
    askWitness: note('askWitness'),
    agent: note('agent'),
    cancelAgent: note('cancelAgent'),
    installed: note('installed'),
    departed: note('departed'),
    released: note('released'),
    bringsUp: note('bringsUp'),
    ordered: note('ordered'),
    answer: note('answer'),
    persist: note('persist'),
    powerOff: note('powerOff'),
    watchdog: note('watchdog'),
    warning: note('warning'),
  };
}

/** Carries a written effect out, or hands over what is none. */
export function carryOut(
  record: EffectRecord,
  out: Effects,
  other: { readonly misplaced: (what: string) => void; readonly mark?: (what: string) => void },
): void {
  const [name, ...args] = record;
  if (name === 'misplaced') other.misplaced(args[0] as string);
  else if (name === 'mark') other.mark?.(args[0] as string);
  else (out[name] as (...args: unknown[]) => void)(...args);
}
