/**
 * Everything of the contract that a later version brings, in one place: what is asked for here is refused as bad input,
 * before anything runs. Nothing else in the house knows what is missing.
 */
import type { Problem } from '../model/result.js';
import type { StepName } from './schema.js';

/** Steps that are understood and checked, but cannot be carried out yet. */
const STEPS_NOT_YET: readonly StepName[] = ['startClient', 'stopClient', 'watch'];
/** Keys of `expect` that ask what a client sees. */
const EXPECTATIONS_NOT_YET = ['client', 'popups'] as const;

/** Whether a step can only be checked, not carried out. */
export function isStepNotYet(name: StepName): boolean {
  return STEPS_NOT_YET.includes(name);
}

/** The problem of using such a step; `where` is its path in the scenario. */
export function stepNotYet(name: StepName, where: Problem['where']): Problem {
  const what = `the step "${name}" is not available yet`;
  return { code: 'NOT_YET', where, what, fix: 'leave it out; it comes with a later version' };
}

/** The problems of expecting what a client sees; `where` is the path of the expectation. */
export function expectationNotYet(expectation: object, where: Problem['where']): Problem[] {
  return EXPECTATIONS_NOT_YET.filter((key) => key in expectation).map((key) => ({
    code: 'NOT_YET',
    where: [...where, key],
    what: `expecting what a client sees ("${key}") is not available yet`,
    fix: 'leave it out; it comes with a later version',
  }));
}
