/**
 * Every documented pair of function and error, reproduced through the public facade on a running cluster: the call
 * answers FALSE, GetLastError the documented code, and the reason is the one that the case is about.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { clientConstants, vbConstants } from '../../src/api/arm-client/constants.js';
import { constants3, constants4 } from '../../src/api/arm-server/constants.js';
import { type Case, Scene, type Via } from './case.js';
import { suites } from './suites.js';

const codes: Readonly<Record<Via, Readonly<Record<string, unknown>>>> = {
  server4: constants4,
  server3: constants3,
  client: clientConstants,
  vb: vbConstants,
};

/** What `npm run conformance` prints. */
const results = suites.map(({ name, pairs, again = false }) => ({
  name,
  pairs,
  again,
  cases: [] as { function: string; error: string; because: string }[],
}));

/** Goes through one case; answers the reason that the call gave. */
async function reproduced(one: Case, via: Via): Promise<string> {
  const scene = new Scene(via);
  try {
    const { thread, answer } = await one.reproduce(scene);
    const [call, error, ...because] = thread.explain().split(': ');
    const { explainedAs = one.error } = one;
    expect([Boolean(answer), call, error]).toEqual([false, one.function, explainedAs]);
    const last = via === 'vb' ? thread.vb.Err.LastDllError : thread.kernel32.GetLastError();
    expect(last).toBe(codes[via][one.error]);
    expect(because.join(': ')).toMatch(one.because);
    return because.join(': ');
  } finally {
    await scene.close();
  }
}

describe.each(suites.map((suite, index) => ({ ...suite, index })))('$name', (suite) => {
  const { index, via, functions, pairs, cases } = suite;

  test('has a case for each documented pair, and none besides', () => {
    const documented = Object.entries(functions).flatMap(([name, { errors }]) =>
      errors.map((error) => `${name} ${error}`),
    );
    expect(cases.map((one) => `${one.function} ${one.error}`).sort()).toEqual(documented.sort());
    expect(documented).toHaveLength(pairs);
  });

  test.each(cases)('$function $error', async (one) => {
    const because = await reproduced(one, via);
    results[index].cases.push({ function: one.function, error: one.error, because });
  });
});

afterAll(() => {
  const out = fileURLToPath(new URL('../../out', import.meta.url));
  mkdirSync(out, { recursive: true });
  writeFileSync(`${out}/conformance.json`, `${JSON.stringify(results, undefined, 2)}\n`);
});
