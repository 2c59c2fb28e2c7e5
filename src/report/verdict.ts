/** How a run ended, in one word, and what speaks against it. Decided once, for all reports. */
import type { History } from './history.js';

export interface Verdict {
  readonly word: 'passed' | 'failed' | 'unfinished';
  readonly tone: 'good' | 'bad' | 'warn';
}

/** The verdict of the trace's end line; without one, a run with failures has failed, and any other is unfinished. */
export function verdictOf(history: History): Verdict {
  const failed = history.violations.length > 0 || history.expects.some((expect) => !expect.ok);
  if (history.end?.ok === false || failed) return { word: 'failed', tone: 'bad' };
  return history.end === undefined ? { word: 'unfinished', tone: 'warn' } : { word: 'passed', tone: 'good' };
}
