/** However the client API is used, a call answers, soon, and fails only with an error that its section documents. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ApplicationThread, startApplication } from '../../src/api/application.js';
import { vbConstants } from '../../src/api/arm-client/constants.js';
import { clientFunctions } from '../../src/api/arm-client/functions.js';
import { vbFunctions } from '../../src/api/arm-client/functions-vb.js';
import { VbString } from '../../src/api/arm-client/vb-strings.js';
import { networkOrder } from '../../src/api/facade/address.js';
import type { ApiFunction } from '../../src/api/facade/describe.js';
import { ref } from '../../src/api/facade/call.js';
import { open } from '../../src/cluster/cluster.js';

const number = fc.oneof(
  fc.constantFrom(0, 1, 2, 3, -1, 0xffffffff, 2 ** 32, 2 ** 53, -(2 ** 60), NaN, Infinity, 1.5),
  fc.constantFrom(networkOrder('10.9.0.1'), networkOrder('10.9.0.200') | 0),
  fc.integer(),
);
const text = fc.oneof(
  fc.constantFrom('', '.', 'A', 'B', 'G', 'C', 'V', 'service', 'A\0', '\ud800', '名前', 'x'.repeat(10_000)),
  fc.string(),
);
const procs = [() => true, () => 0, () => undefined, () => Promise.resolve(1)];
const argument = fc.oneof(
  fc.constantFrom(null, undefined, true, 10n, Symbol('s'), {}, []),
  number,
  text,
  number.map((value) => ref(value)),
  fc.integer({ min: 0, max: 100 }).map((size) => new Uint8Array(size)),
  fc.integer({ min: 0, max: 100 }).map((size) => new VbString(size)),
  text.map((value) => new VbString(16, value)),
  fc.constantFrom(...procs),
);

type Calls = Readonly<Record<string, (...all: readonly unknown[]) => Promise<unknown>>>;
type Functions = Readonly<Record<string, ApiFunction>>;
const codes: Readonly<Record<string, unknown>> = vbConstants;

async function oneCall(
  thread: ApplicationThread,
  calls: Calls,
  functions: Functions,
  name: string,
  args: readonly unknown[],
): Promise<void> {
  const answer = await calls[name](...args);
  const { result, errors } = functions[name];
  expect(answer).toBeTypeOf(result === 'BOOL' ? 'boolean' : 'number');
  if (answer) return;
  const [call, error] = thread.explain().split(': ');
  expect(call).toBe(name);
  expect(errors).toContain(error);
  expect(thread.vb.Err.LastDllError).toBe(codes[error]);
  expect(thread.kernel32.GetLastError()).toBe(codes[error]);
}

const dialects: readonly [string, Functions, (thread: ApplicationThread) => Calls][] = [
  ['C', clientFunctions, ({ armcl2 }) => armcl2 as unknown as Calls],
  ['Visual Basic', vbFunctions, ({ armcl2vb }) => armcl2vb as unknown as Calls],
];

test.each(dialects)('any arguments to any function of %s', async (_, functions, callsOf) => {
  const resources = [
    { name: 'ip', type: 'vip', address: '10.9.0.1' } as const,
    { name: 'computer', type: 'vcom', computerName: 'V' } as const,
  ];
  const group = { name: 'G', servers: ['A', 'B'], logicalServices: ['service'], resources };
  const cluster = await open({ name: 'C', servers: ['A', 'B'], groups: [group] }, { clients: ['K'] });
  await cluster.start();
  await cluster.until('quiet');
  await startApplication(cluster, 'B').main.armcl2.ArmClientInitializeApiEx();
  await cluster.until('quiet');
  const from = cluster.now();
  const call = fc.tuple(fc.constantFrom(...Object.keys(functions)), fc.array(argument, { maxLength: 7 }));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('K', 'B'),
      fc.boolean(),
      fc.array(call, { minLength: 1, maxLength: 12 }),
      async (machine, initialized, made) => {
        const application = startApplication(cluster, machine);
        const calls = callsOf(application.main);
        if (initialized) await calls['ArmClientInitializeApiEx']();
        for (const [name, args] of made) await oneCall(application.main, calls, functions, name, args);
        application.end();
      },
    ),
    { numRuns: 200 },
  );
  // No call has waited for more than the client of the server to find its cluster.
  expect(cluster.now() - from).toBeLessThan(60_000_000);
  await cluster.close();
});

test.each(dialects)('nearly right arguments to any function of %s', async (_, functions, callsOf) => {
  const cluster = await open(
    { name: 'C', servers: ['A', 'B'], groups: [{ name: 'G', servers: ['A', 'B'] }] },
    { clients: ['K'] },
  );
  await cluster.start();
  await cluster.until('quiet');
  const { main } = startApplication(cluster, 'K');
  const calls = callsOf(main);
  await calls['ArmClientInitializeApiEx']();
  // A number, a text, a variable, a buffer or a function, wherever one of them belongs.
  const length = fc.integer({ min: 0, max: 40 });
  const likely = (type: string): fc.Arbitrary<unknown> => {
    if (['DWORD', 'LPARAM', 'ByVal Long'].includes(type)) return number;
    if (['LPCTSTR', 'LPCSTR', 'ByVal String'].includes(type)) return text;
    if (['LPDWORD', 'ByRef Long'].includes(type)) return number.map((value) => ref(value));
    if (['LPTSTR', 'LPSTR'].includes(type)) return length.map((size) => new Uint8Array(size));
    if (type === 'ByVal String buffer') return length.map((size) => new VbString(size));
    return fc.constantFrom(...procs);
  };
  for (const [name, { parameters }] of Object.entries(functions)) {
    const args = fc.tuple(...parameters.map(({ type }) => fc.oneof({ weight: 9, arbitrary: likely(type) }, argument)));
    await fc.assert(
      fc.asyncProperty(args, (given) => oneCall(main, calls, functions, name, given)),
      { numRuns: 40 },
    );
    // It may have ended the use of the API.
    await calls['ArmClientInitializeApiEx']();
  }
  await cluster.close();
});
