/** However Ver4.x is used, a call answers TRUE or FALSE, soon, and FALSE with an error that its section documents. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ApplicationThread, startApplication } from '../../src/api/application.js';
import { constants4 } from '../../src/api/arm-server/constants.js';
import { type FunctionName4, functions4 } from '../../src/api/arm-server/functions.js';
import { ARMAPI_VERSION } from '../../src/api/arm-server/versions.js';
import { ref } from '../../src/api/facade/call.js';
import { open } from '../../src/cluster/cluster.js';

const names = Object.keys(functions4) as FunctionName4[];

const number = fc.oneof(
  fc.constantFrom(0, 1, 2, 3, 4, 8, -1, 0xffffffff, 2 ** 32, 2 ** 53, -(2 ** 60), NaN, Infinity, 1.5),
  fc.constantFrom(...Object.values(ARMAPI_VERSION), constants4.HKEY_LOCAL_MACHINE, constants4.HKEY_USERS | 0),
  fc.integer(),
);
const text = fc.oneof(
  fc.constantFrom(
    '',
    '.',
    'A',
    'B',
    'G',
    'disk',
    'service',
    'C',
    'SOFTWARE\\App',
    'SOFTWARE',
    'A\0',
    '\ud800',
    '名前',
    'x'.repeat(10_000),
  ),
  fc.string(),
);
const argument = fc.oneof(
  fc.constantFrom(null, undefined, true, 10n, Symbol('s'), {}, []),
  number,
  text,
  number.map((value) => ref(value)),
  fc.integer({ min: 0, max: 5000 }).map((size) => new Uint8Array(size)),
  fc.constantFrom(
    () => true,
    () => false,
    () => undefined,
    () => Promise.resolve(true),
  ),
);

const values: Readonly<Record<string, unknown>> = constants4;

async function oneCall(thread: ApplicationThread, name: FunctionName4, args: readonly unknown[]): Promise<void> {
  const called = thread.armapi4[name] as (...all: readonly unknown[]) => Promise<boolean>;
  const answer = await called(...args);
  expect(answer).toBeTypeOf('boolean');
  if (answer) return;
  const [call, error] = thread.explain().split(': ');
  expect(call).toBe(name);
  expect(functions4[name].errors).toContain(error);
  expect(thread.kernel32.GetLastError()).toBe(values[error]);
}

test('any arguments to any function', async () => {
  const cluster = await open({
    name: 'C',
    servers: ['A', 'B'],
    groups: [
      {
        name: 'G',
        servers: ['A', 'B'],
        logicalServices: ['service'],
        resources: [{ name: 'disk', type: 'swdisk' }],
      },
    ],
  });
  await cluster.start();
  await cluster.until('quiet');
  const from = cluster.now();
  const call = fc.tuple(fc.constantFrom(...names), fc.array(argument, { maxLength: 6 }));
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.array(call, { minLength: 1, maxLength: 12 }), async (initialized, calls) => {
      const application = startApplication(cluster, 'A');
      const { main } = application;
      main.kernel32.CreateEvent();
      if (initialized) await main.armapi4.ArmInitializeApi(ref(), ARMAPI_VERSION['7.0 32bit'], 0);
      for (const [name, args] of calls) await oneCall(main, name, args);
      application.end();
    }),
    { numRuns: 300 },
  );
  // No call has waited for anything but the other server, for changes of the registry.
  expect(cluster.now() - from).toBeLessThan(10_000_000);
  await cluster.close();
});
