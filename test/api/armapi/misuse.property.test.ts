/** Wrong use: whatever is passed, no call throws or hangs, and none answers with an error that its section does not list. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ApplicationThread, startApplication } from '../../../src/api/application.js';
import { constants3 } from '../../../src/api/arm-server/constants.js';
import { functions3 } from '../../../src/api/arm-server/functions.js';
import { Ref } from '../../../src/api/facade/call.js';
import { openWorld } from '../../../src/cluster/open.js';
import { defineCluster } from '../../../src/model/define.js';
import { forAll } from '../../support/forAll.js';
import { two } from './two.js';

type Calls = Readonly<Record<string, (...args: unknown[]) => Promise<unknown>>>;

/** No variable: nothing can be written into it. */
const onlyRead = {
  get value(): number {
    return 64;
  },
};

/** 4 is the handle of an event object, 1 the id of a watch. What waits is asked to wait shortly. */
const arguments_ = fc.array(
  fc.oneof(
    { arbitrary: fc.constantFrom('A', 'B', '.', '*', '', 'disk', 'sales', 'Z', 'x'.repeat(5000), 'A\0B'), weight: 3 },
    { arbitrary: fc.constantFrom(0, 1, 4, 8, 32, -0), weight: 3 },
    { arbitrary: fc.constantFrom(null, undefined, true, NaN, 0.5, Infinity, {}, [], Symbol('x'), 5n), weight: 1 },
    { arbitrary: fc.constantFrom(0, 1, 64, -1, 2 ** 40, NaN, 'x').map((value) => new Ref<unknown>(value)), weight: 4 },
    { arbitrary: fc.constantFrom(Object.freeze(new Ref(64)), onlyRead), weight: 1 },
    { arbitrary: fc.constantFrom(0, 1, 48, 5000).map((length) => new Uint8Array(length)), weight: 3 },
    {
      arbitrary: fc.constantFrom(
        () => true,
        () => false,
        () => undefined,
      ),
      weight: 3,
    },
  ),
  { maxLength: 7 },
);

const calls = fc.array(fc.tuple(fc.constantFrom(...Object.keys(functions3)), arguments_), {
  minLength: 1,
  maxLength: 12,
});

async function called(main: ApplicationThread, name: string, args: readonly unknown[]): Promise<void> {
  const answer = await (main.armapi as unknown as Calls)[name](...args);
  expect(typeof answer).toBe('boolean');
  if (answer === true) return;
  const { errors }: { readonly errors: readonly (keyof typeof constants3)[] } =
    functions3[name as keyof typeof functions3];
  expect(errors.map((error) => constants3[error])).toContain(main.kernel32.GetLastError());
}

test.each(['A', 'Lone'])('any arguments, on %s', async (machine) => {
  const definition = defineCluster(two);
  if (!definition.ok) throw new Error('a bad definition');
  const world = { clusters: [definition.value], machines: [{ name: 'Lone', ip: '10.9.9.9' }], clients: [] };
  const backend = await openWorld(world, { seed: 1 });
  await backend.act({ type: 'start', target: 'C' });
  await backend.until({ type: 'quiet' }, backend.now());
  await backend.act({ type: 'start', target: 'Lone' });
  await forAll(calls, 300, async (list) => {
    const { main } = startApplication(backend, machine, { kit: '3.0' });
    main.kernel32.CreateEvent();
    await main.armapi.ArmInitializeApi();
    for (const [name, args] of list) await called(main, name, args);
  });
  await backend.close();
});
