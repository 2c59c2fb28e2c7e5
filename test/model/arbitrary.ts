/** Random cluster inputs that every rule accepts, for properties here and elsewhere. */
import fc from 'fast-check';
import type { ClusterInput, GroupInput, ResourceInput, ServerInput } from '../../src/model/definition.js';
import { formatDuration, micros } from '../../src/model/time.js';

const LETTERS = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ');
const NAME_CHARACTERS = [...LETTERS, ...LETTERS.map((letter) => letter.toLowerCase()), ...Array.from('0123456789-_')];

/** A name of section 5.2.1's form. */
const nameArb = fc
  .array(fc.constantFrom(...NAME_CHARACTERS), { minLength: 1, maxLength: 15 })
  .map((characters) => characters.join(''));

/** Different names, also to eyes that do not see capitals. */
function namesArb(minLength: number, maxLength: number): fc.Arbitrary<string[]> {
  return fc.uniqueArray(nameArb, { minLength, maxLength, selector: (name) => name.toLowerCase() });
}

/** A duration within two bounds in microseconds. */
function durationArb(min: number, max: number): fc.Arbitrary<string> {
  return fc.integer({ min, max }).map((us) => formatDuration(micros(us)));
}

const textArb = (maxLength: number) =>
  fc.string({ minLength: 1, maxLength, unit: fc.constantFrom('a', 'Z', ' ', '.', 'é', '漢', '\\', '/') });
const driveArb = fc.constantFrom(...LETTERS).map((letter) => `${letter}:`);
const drivesArb = fc.uniqueArray(driveArb, { minLength: 1, maxLength: 26 });
const DAY_US = 86_400_000_000;

/** The key that each type of resource has of its own, and values for it; `n` keeps addresses and names apart. */
function parametersArb(n: number): fc.Arbitrary<Partial<ResourceInput>> {
  const address = `10.1.${Math.floor(n / 200)}.${(n % 200) + 1}`;
  return fc.oneof(
    driveArb.map((drive) => ({ type: 'swdisk' as const, drive })),
    drivesArb.map((drives) => ({ type: 'ndr' as const, drives })),
    drivesArb.map((drives) => ({ type: 'vxdisk' as const, drives })),
    fc.constantFrom('vip' as const, 'hf' as const).map((type) => ({ type, address })),
    fc.constant({ type: 'vcom' as const, computerName: `vc ${n}` }),
    fc.record({ name: textArb(255), spool: textArb(259) }).map((printer) => ({ type: 'printer' as const, printer })),
    fc
      .record(
        {
          device: textArb(31),
          port: fc.constantFrom('COM1', 'COM2'),
          unit: fc.nat(15),
          line: fc.integer({ min: 1, max: 4 }),
        },
        { requiredKeys: [] },
      )
      .map((line) => ({ type: 'lsw' as const, line })),
    fc.record({ start: textArb(259) }, { requiredKeys: [] }).map((script) => ({ type: 'script' as const, script })),
    fc.constantFrom('shdisk' as const, 'npdisk' as const).chain((type) => textArb(3).map((drive) => ({ type, drive }))),
    fc
      .constantFrom<ResourceInput['type']>('swdisk', 'ndr', 'vxdisk', 'lsw', 'vip', 'hf', 'vcom', 'printer', 'script')
      .map((type) => ({ type })),
  );
}

function resourceArb(n: number): fc.Arbitrary<ResourceInput> {
  const common = fc.record(
    {
      activate: durationArb(0, DAY_US),
      deactivate: durationArb(0, DAY_US),
      timeout: durationArb(1_000, DAY_US),
      onFailure: fc.constantFrom('degrade' as const, 'failover' as const),
    },
    { requiredKeys: [] },
  );
  return fc
    .tuple(common, parametersArb(n))
    .map(([keys, own]) => ({ name: `resource ${n}`, ...keys, ...own }) as ResourceInput);
}

function groupArb(name: string, n: number, servers: readonly string[]): fc.Arbitrary<GroupInput> {
  const policy = fc.constantFrom('auto' as const, 'manual' as const);
  return fc.record(
    {
      name: fc.constant(name),
      servers: fc.shuffledSubarray([...servers], { minLength: 1 }),
      startup: policy,
      failover: policy,
      failback: policy,
      exclusion: fc.constantFrom('none' as const, 'normal' as const, 'absolute' as const),
      resources: fc
        .nat(4)
        .chain((count) => fc.tuple(...Array.from({ length: count }, (_, i) => resourceArb(n * 8 + i)))),
      logicalServices: fc.constantFrom([], ['SQL'], ['SQL', 'Web service']),
      registryKeys: fc.constantFrom([], ['HKEY_LOCAL_MACHINE\\SOFTWARE\\App'], ['HKEY_USERS\\.DEFAULT']),
    },
    { requiredKeys: ['name', 'servers'] },
  );
}

/** A cluster that `defineCluster` accepts. */
export const clusterArb: fc.Arbitrary<ClusterInput> = fc
  .tuple(namesArb(2, 17), namesArb(0, 5), namesArb(2, 6), fc.integer({ min: 1_000, max: DAY_US / 2 }), fc.boolean())
  .chain(([[witness, ...serverNames], groupNames, networks, intervalUs, fenced]) => {
    const server = (name: string, i: number): fc.Arbitrary<string | ServerInput> =>
      fc.oneof(
        fc.constant(name),
        fc.record(
          { name: fc.constant(name), ip: fc.constant(`10.2.0.${i}`), boot: durationArb(0, DAY_US) },
          { requiredKeys: ['name'] },
        ),
      );
    const cut = 1 + (intervalUs % (networks.length - 1));
    const quorum = fc.constantFrom<ClusterInput['partition'][]>('majority', { ping: witness });
    return fc.record(
      {
        name: nameArb,
        heartbeat: durationArb(2 * intervalUs, DAY_US).map((timeout) => ({
          interval: formatDuration(micros(intervalUs)),
          timeout,
        })),
        startupWait: durationArb(0, DAY_US),
        autoReturn: fc.boolean(),
        partition: fenced ? quorum : fc.constantFrom<ClusterInput['partition'][]>('none', 'majority'),
        errata: fc.constantFrom('printed' as const, 'corrected' as const),
        productVersion: fc.constantFrom('5.0', '6.0', '7.0'),
        edition: fc.constantFrom(
          ...(serverNames.length > 2 ? ['enterprise' as const] : ['standard' as const, 'lite' as const]),
        ),
        ...(fenced ? { fence: durationArb(1_000, DAY_US) } : {}),
        parallelGroups: fc.integer({ min: 1, max: 256 }),
        faultLimit: fc.nat(1000),
        interconnects: fc.constant(networks.slice(0, cut)),
        publicLans: fc.constant(networks.slice(cut)),
        servers: fc.tuple(...serverNames.map(server)),
        groups: fc.tuple(...groupNames.map((name, n) => groupArb(name, n, serverNames))),
      },
      {
        requiredKeys: [
          'name',
          'servers',
          'interconnects',
          'publicLans',
          ...(fenced ? (['partition', 'fence'] as const) : []),
        ],
      },
    );
  });
