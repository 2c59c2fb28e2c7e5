/**
 * How each documented error of the 7 functions of the registry comes about (4.1.4), through either API. Where the local
 * step is what fails, the case looks at the disks, too: the other server has changed, this one has not.
 */
import { constants4 } from '../../src/api/arm-server/constants.js';
import { functions4 } from '../../src/api/arm-server/functions.js';
import { ref } from '../../src/api/facade/call.js';
import type { ApplicationThread } from '../../src/api/application.js';
import type { Cluster } from '../../src/cluster/cluster.js';
import type { Case, RegistryCalls, Scene } from './case.js';

const { HKEY_LOCAL_MACHINE: ROOT, REG_SZ } = constants4;
const PATH = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\App';
const data = Uint8Array.of(0x61, 0);

/** The functions, and a key that is open. */
interface Place {
  readonly registry: RegistryCalls;
  readonly key: number;
}

/** Each function called as it should be, and it succeeds where the key is there, with the value `v`, and open. */
const right: Readonly<Record<keyof RegistryCalls, (place: Place) => Promise<boolean>>> = {
  ArmRegOpenKey: ({ registry }) => registry.ArmRegOpenKey(ROOT, 'SOFTWARE\\App', ref()),
  ArmRegCreateKey: ({ registry, key }) => registry.ArmRegCreateKey(key, 'New', ref(), ref()),
  ArmRegDeleteKey: ({ registry }) => registry.ArmRegDeleteKey(ROOT, 'SOFTWARE\\App'),
  ArmRegFlushKey: ({ registry, key }) => registry.ArmRegFlushKey(key),
  ArmRegCloseKey: ({ registry, key }) => registry.ArmRegCloseKey(key),
  ArmRegSetValue: ({ registry, key }) => registry.ArmRegSetValue(key, 'w', REG_SZ, data, data.length),
  ArmRegDeleteValue: ({ registry, key }) => registry.ArmRegDeleteValue(key, 'v'),
};
const names = Object.keys(right) as (keyof RegistryCalls)[];

/** An application on A of a cluster at rest, with the key there and open. */
async function ready(scene: Scene): Promise<{ cluster: Cluster; thread: ApplicationThread; place: Place }> {
  const cluster = await scene.running();
  const thread = await scene.thread(cluster, 'A');
  const registry = scene.registry(thread);
  const key = ref();
  const made = await registry.ArmRegCreateKey(ROOT, 'SOFTWARE\\App', key, ref());
  if (!made || !(await registry.ArmRegSetValue(key.value, 'v', REG_SZ, data, data.length)))
    throw new Error(thread.explain());
  await cluster.until('quiet');
  return { cluster, thread, place: { registry, key: key.value } };
}

function aCase(name: keyof RegistryCalls, error: string, because: RegExp, reproduce: Case['reproduce']): Case {
  return { api: 'registry', function: name, error, because, reproduce };
}

const notInitialized = names.map((name) =>
  aCase(name, 'ARMERR_NOT_INITIALIZED', /^ArmInitializeApi comes first$/, async (scene) => {
    const cluster = await scene.running();
    const { main } = scene.application(cluster, 'A');
    return { thread: main, answer: await right[name]({ registry: scene.registry(main), key: ROOT }) };
  }),
);

const broken = names.flatMap((name) =>
  ['ARMERR_CANNOT_CONNECT', 'ARMERR_COMM_ERROR', 'ARMERR_NOT_ENOUGH_MEMORY'].map((error) =>
    aCase(name, error, /^a fault was injected$/, async (scene) => {
      const { cluster, thread, place } = await ready(scene);
      scene.fault(cluster, 'A', name, error);
      return { thread, answer: await right[name](place) };
    }),
  ),
);

/** With a server down nothing may change. */
const notSynchronised = names
  .filter((name) => (functions4[name].errors as readonly string[]).includes('ARMERR_FAILED_REGISTRY_SYNCHRONIZE'))
  .map((name) =>
    aCase(
      name,
      'ARMERR_FAILED_REGISTRY_SYNCHRONIZE',
      /not (?:every registered server is )?in the cluster/,
      async (scene) => {
        const { cluster, thread, place } = await ready(scene);
        await cluster.crash('B');
        await cluster.until({ server: 'B', status: ['DOWN', 'FAIL'] });
        const before = JSON.stringify(cluster.backend.registryOf('A').peek(PATH));
        const answer = await right[name](place);
        if (JSON.stringify(cluster.backend.registryOf('A').peek(PATH)) !== before) throw new Error('A has changed');
        return { thread, answer };
      },
    ),
  );

const notOpen = (['ArmRegFlushKey', 'ArmRegCloseKey', 'ArmRegSetValue', 'ArmRegDeleteValue'] as const).map((name) =>
  aCase(name, 'ARMERR_NOT_OPEN_REGISTRY', /^\d+ is no open key$/, async (scene) => {
    const { thread, place } = await ready(scene);
    if (!(await place.registry.ArmRegCloseKey(place.key))) throw new Error(thread.explain());
    return { thread, answer: await right[name](place) };
  }),
);

const notThere = [
  aCase('ArmRegOpenKey', 'ARMERR_FAILED_REGISTRY_OPEN', /SOFTWARE\\Other does not exist$/, async (scene) => {
    const { thread, place } = await ready(scene);
    return { thread, answer: await place.registry.ArmRegOpenKey(ROOT, 'SOFTWARE\\Other', ref()) };
  }),
  aCase('ArmRegDeleteKey', 'ARMERR_NOT_EXIST_REGISTRY', /SOFTWARE\\Other does not exist$/, async (scene) => {
    const { thread, place } = await ready(scene);
    return { thread, answer: await place.registry.ArmRegDeleteKey(ROOT, 'SOFTWARE\\Other') };
  }),
];

/** The local step fails when the other server has changed already: the two then differ, as documented. */
const localStep = (
  [
    ['ArmRegCreateKey', 'ARMERR_FAILED_REGISTRY_OPEN', `${PATH}\\New`],
    ['ArmRegDeleteKey', 'ARMERR_FAILED_REGISTRY_DELETE', PATH],
    ['ArmRegSetValue', 'ARMERR_FAILED_SET_VALUE', PATH],
    ['ArmRegDeleteValue', 'ARMERR_FAILED_DELETE_VALUE', PATH],
  ] as const
).map(([name, error, path]) =>
  aCase(name, error, /^a fault was injected$/, async (scene) => {
    const { cluster, thread, place } = await ready(scene);
    const on = (server: string): string => JSON.stringify(cluster.backend.registryOf(server).peek(path) ?? null);
    const before = on('A');
    scene.fault(cluster, 'A', name, error);
    const answer = await right[name](place);
    await cluster.until('quiet');
    if (on('A') !== before || on('B') === before) throw new Error(`A has ${on('A')}, B has ${on('B')}`);
    return { thread, answer };
  }),
);

const flush = aCase('ArmRegFlushKey', 'ARMERR_FAILED_REGISTRY_FLUSH', /^a fault was injected$/, async (scene) => {
  const { cluster, thread, place } = await ready(scene);
  scene.fault(cluster, 'A', 'ArmRegFlushKey', 'ARMERR_FAILED_REGISTRY_FLUSH');
  return { thread, answer: await right.ArmRegFlushKey(place) };
});

/** The 44 documented pairs. */
export const casesRegistry: readonly Case[] = [
  ...notInitialized,
  ...broken,
  ...notSynchronised,
  ...notOpen,
  ...notThere,
  ...localStep,
  flush,
];
