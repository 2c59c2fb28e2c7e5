/** The model of links: every frame has one fate, the same one for the same seed, whatever happens on other links. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { micros } from '../../src/model/time.js';
import { DEFAULT_DELAY_US, DEFAULT_LINK, isDefaultLink, type LinkSettings } from '../../src/network/links.js';
import { Deliveries, MARK_COPY, MARK_CORRUPT, NetworkModel } from '../../src/network/model.js';

const NODES = 4;
const NETWORKS = 2;
const others = (from: number): number[] => [0, 1, 2, 3].filter((to) => to !== from);

type Link = readonly [from: number, to: number, network: number];
const allLinks: Link[] = [0, 1, 2, 3].flatMap((from) =>
  others(from).flatMap((to) => [0, 1].map((network): Link => [from, to, network])),
);

const linkArb = fc.constantFrom(...allLinks);
const probability = fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true }));
const settingsArb: fc.Arbitrary<Partial<LinkSettings>> = fc.record(
  {
    lossP: probability,
    delayUs: fc.oneof(fc.constant(100), fc.integer({ min: 1, max: 5000 })).map(micros),
    jitterUs: fc.oneof(fc.constant(0), fc.nat(5000)).map(micros),
    duplicateP: probability,
    corruptP: probability,
  },
  { requiredKeys: [] },
);

/** What is done to a network: rules, cuts, repairs, and frames with what their receivers do. */
type Command =
  | { readonly type: 'set'; readonly link: Link; readonly settings: Partial<LinkSettings> }
  | { readonly type: 'reset'; readonly link: Link }
  | { readonly type: 'cut'; readonly link: Link }
  | { readonly type: 'repair'; readonly link: Link }
  | { readonly type: 'heal' }
  | { readonly type: 'send'; readonly link: Link; readonly receiver: Receiver }
  | { readonly type: 'broadcast'; readonly from: number; readonly network: number };
type Receiver = 'reads' | 'off' | 'full' | 'later';

const sendArb: fc.Arbitrary<Command> = fc.record({
  type: fc.constant('send' as const),
  link: linkArb,
  receiver: fc.constantFrom<Receiver[]>('reads', 'off', 'full', 'later'),
});
const changeArb: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ type: fc.constant('set' as const), link: linkArb, settings: settingsArb }),
  fc.record({ type: fc.constantFrom('reset' as const, 'cut' as const, 'repair' as const), link: linkArb }),
  fc.constant<Command>({ type: 'heal' }),
);
const broadcastArb: fc.Arbitrary<Command> = fc.record({
  type: fc.constant('broadcast' as const),
  from: fc.nat(NODES - 1),
  network: fc.nat(NETWORKS - 1),
});
const commandsArb = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: sendArb },
    { weight: 3, arbitrary: changeArb },
    { weight: 1, arbitrary: broadcastArb },
  ),
  { maxLength: 120 },
);

/** One copy under way: what the caller's queue would hold. */
interface UnderWay {
  readonly link: Link;
  readonly atUs: number;
  readonly marks: number;
}

/** Sends one frame; answers the copies that arrive. */
function sent(net: NetworkModel, link: Link, nowUs = 0): UnderWay[] {
  const out = new Deliveries();
  const count = net.send(...link, micros(nowUs), out);
  return Array.from({ length: count }, (_, i) => ({ link, atUs: out.atUs[i], marks: out.marks[i] }));
}

/** Tells the network what the receiver does with a copy. */
function arrive(net: NetworkModel, { link, marks }: UnderWay, receiver: Exclude<Receiver, 'later'>): void {
  if (receiver === 'off') net.dropped(...link, 'off', marks);
  else if ((marks & MARK_CORRUPT) !== 0) net.dropped(...link, 'corrupt', marks);
  else if (receiver === 'full') net.dropped(...link, 'full', marks);
  else net.delivered(...link, marks);
}

/** Runs commands; answers every frame's fate in order, and what is still under way. */
function run(net: NetworkModel, commands: readonly Command[]): { fates: UnderWay[][]; underWay: UnderWay[] } {
  const fates: UnderWay[][] = [];
  const underWay: UnderWay[] = [];
  commands.forEach((command, i) => {
    const nowUs = i * 1000;
    if (command.type === 'set') net.setLink(...command.link, command.settings);
    else if (command.type === 'reset') net.resetLink(...command.link);
    else if (command.type === 'cut') net.cut(...command.link);
    else if (command.type === 'repair') net.repair(...command.link);
    else if (command.type === 'heal') net.healAll();
    else if (command.type === 'send') {
      const copies = sent(net, command.link, nowUs);
      fates.push(copies);
      for (const copy of copies) {
        if (command.receiver === 'later') underWay.push(copy);
        else arrive(net, copy, command.receiver);
      }
    } else {
      for (const copies of broadcast(net, command.from, command.network, nowUs)) {
        fates.push(copies);
        for (const copy of copies) arrive(net, copy, 'reads');
      }
    }
  });
  return { fates, underWay };
}

/** Sends to everybody, the short way where that is allowed. */
function broadcast(net: NetworkModel, from: number, network: number, nowUs: number): UnderWay[][] {
  const targets = others(from);
  if (!net.isPlain(from, network)) return targets.map((to) => sent(net, [from, to, network], nowUs));
  const atUs = net.countBroadcast(from, network, targets, micros(nowUs));
  return targets.map((to) => [{ link: [from, to, network], atUs, marks: 0 }]);
}

function freshNetwork(seed = 7): NetworkModel {
  return new NetworkModel(NODES, NETWORKS, seed);
}

describe('accounts', () => {
  it('balance for every link: each frame sent has one fate, each copy too', () => {
    fc.assert(
      fc.property(commandsArb, fc.nat(), (commands, seed) => {
        const net = freshNetwork(seed);
        const { fates, underWay } = run(net, commands);
        for (const link of allLinks) {
          const here = (copy: UnderWay): boolean => copy.link.every((part, i) => part === link[i]);
          const waiting = underWay.filter(here);
          const counters = net.counters(...link);
          const reasons = Object.values(counters.droppedBy).reduce((sum, count) => sum + count, 0);
          const copies = waiting.filter((copy) => (copy.marks & MARK_COPY) !== 0).length;
          expect(counters.dropped).toBe(reasons);
          expect(counters.underWay).toBe(waiting.length - copies);
          expect(counters.sent).toBe(counters.delivered + counters.dropped + counters.underWay);
          expect(counters.duplicated).toBe(counters.copiesDelivered + counters.copiesDropped + copies);
          expect(counters.duplicated).toBe(fates.flat().filter((copy) => here(copy) && copy.marks >= MARK_COPY).length);
        }
        for (const copy of underWay) arrive(net, copy, 'reads');
        expect(allLinks.every((link) => net.counters(...link).underWay === 0)).toBe(true);
      }),
    );
  });

  it('count a frame by what the receiver did with it', () => {
    const net = freshNetwork();
    const link: Link = [0, 1, 0];
    for (const receiver of ['reads', 'off', 'full'] as const) arrive(net, sent(net, link)[0], receiver);
    net.setLink(...link, { corruptP: 1 });
    arrive(net, sent(net, link)[0], 'reads');
    net.setLink(...link, { lossP: 1 });
    expect(sent(net, link)).toEqual([]);
    net.cut(...link);
    expect(sent(net, link)).toEqual([]);
    expect(net.counters(...link)).toEqual({
      sent: 6,
      delivered: 1,
      dropped: 5,
      droppedBy: { loss: 1, cut: 1, corrupt: 1, off: 1, full: 1 },
      underWay: 0,
      duplicated: 0,
      copiesDelivered: 0,
      copiesDropped: 0,
    });
    expect(net.counters(1, 0, 0).sent).toBe(0);
    expect(net.counters(0, 1, 1).sent).toBe(0);
  });

  it.each([2 ** 31 - 1, 2 ** 32 - 1])('that threads share write off what is under way after %d frames', (before) => {
    const shared = new SharedArrayBuffer(NetworkModel.accountBytes(NODES, NETWORKS));
    const net = new NetworkModel(NODES, NETWORKS, 7, shared);
    const link: Link = [0, 1, 0];
    net.setLink(...link, { duplicateP: 1 });
    for (const copy of sent(net, link)) arrive(net, copy, 'reads');
    // All that was sent has been delivered, and so has each copy.
    new Uint32Array(shared).forEach((count, place, words) => (words[place] = count * before));
    for (let frame = 0; frame < 3; frame++) sent(net, link);
    expect(net.counters(...link)).toMatchObject({
      delivered: before,
      dropped: 0,
      underWay: 3,
      copiesDelivered: before,
    });
    net.writeOff(...link, { frames: 1, copies: 2 });
    expect(net.counters(...link)).toMatchObject({ droppedBy: { off: 2 }, underWay: 1, copiesDropped: 1 });
    net.writeOff(...link);
    expect(net.counters(...link)).toMatchObject({ droppedBy: { off: 3 }, underWay: 0, copiesDropped: 3 });
  });

  it('of a doubled frame: delivered once, its copy apart', () => {
    const net = freshNetwork();
    net.setLink(0, 1, 0, { duplicateP: 1 });
    const copies = sent(net, [0, 1, 0]);
    expect(copies.map((copy) => copy.marks)).toEqual([0, MARK_COPY]);
    arrive(net, copies[1], 'reads');
    arrive(net, copies[0], 'off');
    expect(net.counters(0, 1, 0)).toMatchObject({
      sent: 1,
      delivered: 0,
      dropped: 1,
      duplicated: 1,
      copiesDelivered: 1,
    });
  });
});

describe('fates', () => {
  it('are the same for the same seed and commands', () => {
    fc.assert(
      fc.property(commandsArb, fc.maxSafeNat(), (commands, seed) => {
        expect(run(freshNetwork(seed), commands).fates).toEqual(run(freshNetwork(seed), commands).fates);
      }),
    );
  });

  it('of other links stay as they were when the faults of one link are taken away', () => {
    fc.assert(
      fc.property(commandsArb, linkArb, fc.nat(), (commands, healed, seed) => {
        const elsewhere = (fates: UnderWay[][], all: readonly Command[]): UnderWay[][] => {
          const links = all.flatMap((command) =>
            command.type === 'send'
              ? [command.link]
              : command.type === 'broadcast'
                ? others(command.from).map((to): Link => [command.from, to, command.network])
                : [],
          );
          return fates.filter((_, i) => links[i].some((part, k) => part !== healed[k]));
        };
        const without = commands.map((command): Command => {
          const spared =
            !('link' in command) || command.type === 'send' || command.link.some((part, k) => part !== healed[k]);
          return spared ? command : { type: 'repair', link: healed };
        });
        const before = run(freshNetwork(seed), commands).fates;
        const after = run(freshNetwork(seed), without).fates;
        expect(elsewhere(after, without)).toEqual(elsewhere(before, commands));
      }),
    );
  });

  it('do not depend on other rules of the same link', () => {
    const lost = (rules: Partial<LinkSettings>): boolean[] => {
      const net = freshNetwork(3);
      net.setLink(0, 1, 0, { lossP: 0.3, ...rules });
      return Array.from({ length: 500 }, () => sent(net, [0, 1, 0]).length === 0);
    };
    expect(lost({ duplicateP: 0.5, corruptP: 0.5, jitterUs: micros(900), delayUs: micros(5) })).toEqual(lost({}));
  });

  it('do not depend on whether earlier frames went by send or by broadcast', () => {
    const after = (short: boolean): UnderWay[][] => {
      const net = freshNetwork(3);
      for (let i = 0; i < 10; i++) {
        if (short) net.countBroadcast(0, 0, others(0), micros(i));
        else for (const to of others(0)) sent(net, [0, to, 0], i);
      }
      net.setLink(0, 1, 0, { lossP: 0.5, jitterUs: micros(1000) });
      return Array.from({ length: 100 }, () => sent(net, [0, 1, 0]));
    };
    expect(after(true)).toEqual(after(false));
  });

  it('do not depend on how many nodes there are', () => {
    const fates = (nodes: number): UnderWay[][] => {
      const net = new NetworkModel(nodes, NETWORKS, 5);
      net.setLink(2, 1, 1, { lossP: 0.5, jitterUs: micros(1000), duplicateP: 0.2 });
      return Array.from({ length: 200 }, () => sent(net, [2, 1, 1]));
    };
    expect(fates(3)).toEqual(fates(20));
  });

  it('differ between seeds, links, directions and networks', () => {
    const losses = (seed: number, link: Link): string => {
      const net = freshNetwork(seed);
      net.setLink(...link, { lossP: 0.5 });
      return Array.from({ length: 64 }, () => sent(net, link).length).join('');
    };
    const all = [
      losses(1, [0, 1, 0]),
      losses(2, [0, 1, 0]),
      losses(1, [1, 0, 0]),
      losses(1, [0, 2, 0]),
      losses(1, [0, 1, 1]),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it('are pinned: a change of the draws would change every trace', () => {
    const net = freshNetwork(42);
    net.setLink(0, 1, 0, { lossP: 0.2, jitterUs: micros(1000), duplicateP: 0.4, corruptP: 0.1 });
    const fates = Array.from({ length: 12 }, () =>
      sent(net, [0, 1, 0])
        .map((copy) => `${copy.atUs}/${copy.marks}`)
        .join('+')
        .padStart(1, '-'),
    );
    expect(fates.join(' ')).toMatchInlineSnapshot(
      `"945/0 290/1 296/0 756/0 942/0+996/2 749/0 104/0 846/0+610/2 244/0 - - 616/0+437/2"`,
    );
  });
});

describe('rules', () => {
  const COUNT = 20_000;
  /** Four standard deviations of a share of one half. */
  const TOLERANCE = 4 * Math.sqrt(0.25 / COUNT);
  const share = (rules: Partial<LinkSettings>, counts: (copies: UnderWay[]) => boolean): number => {
    const net = freshNetwork(11);
    net.setLink(0, 1, 0, rules);
    let hits = 0;
    for (let i = 0; i < COUNT; i++) if (counts(sent(net, [0, 1, 0]))) hits++;
    return hits / COUNT;
  };

  it('lose, double and damage as many frames as they say', () => {
    expect(Math.abs(share({ lossP: 0.2 }, (copies) => copies.length === 0) - 0.2)).toBeLessThan(TOLERANCE);
    expect(Math.abs(share({ duplicateP: 0.2 }, (copies) => copies.length === 2) - 0.2)).toBeLessThan(TOLERANCE);
    expect(Math.abs(share({ corruptP: 0.2 }, (copies) => copies[0].marks === MARK_CORRUPT) - 0.2)).toBeLessThan(
      TOLERANCE,
    );
    expect(Math.abs(share({ lossP: 0.2, duplicateP: 0.5 }, (copies) => copies.length === 2) - 0.4)).toBeLessThan(
      TOLERANCE,
    );
    expect(share({ lossP: 1 }, (copies) => copies.length === 0)).toBe(1);
    expect(share({ lossP: 0, jitterUs: micros(1) }, (copies) => copies.length === 1)).toBe(1);
  });

  it('delay within their bounds, evenly', () => {
    const net = freshNetwork(11);
    net.setLink(0, 1, 0, { delayUs: micros(50), jitterUs: micros(9), duplicateP: 1 });
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < COUNT; i++) {
      const [first, copy] = sent(net, [0, 1, 0], 1_000_000);
      counts[first.atUs - 1_000_050]++;
      expect(copy.atUs).toBeGreaterThanOrEqual(1_000_050);
      expect(copy.atUs).toBeLessThanOrEqual(1_000_050 + 59);
    }
    expect(counts.every((count) => Math.abs(count - COUNT / 10) < 200)).toBe(true);
  });

  it('change only what they name', () => {
    const net = freshNetwork();
    net.setLink(0, 1, 0, { lossP: 0.5 });
    net.setLink(0, 1, 0, { delayUs: micros(7) });
    expect(net.settings(0, 1, 0)).toEqual({ ...DEFAULT_LINK, lossP: 0.5, delayUs: 7 });
    expect(net.settings(1, 0, 0)).toBe(DEFAULT_LINK);
    net.resetLink(0, 1, 0);
    expect(net.settings(0, 1, 0)).toBe(DEFAULT_LINK);
  });

  it('tell the smallest delay', () => {
    const net = freshNetwork();
    expect(net.smallestDelayUs()).toBe(DEFAULT_DELAY_US);
    net.setLink(0, 1, 0, { delayUs: micros(5000) });
    expect(net.smallestDelayUs()).toBe(DEFAULT_DELAY_US);
    net.setLink(3, 2, 1, { delayUs: micros(1) });
    expect(net.smallestDelayUs()).toBe(1);
    net.healAll();
    expect(net.smallestDelayUs()).toBe(DEFAULT_DELAY_US);
    const slow = new NetworkModel(2, 1, 1);
    slow.setLink(0, 1, 0, { delayUs: micros(300) });
    slow.setLink(1, 0, 0, { delayUs: micros(200) });
    expect(slow.smallestDelayUs()).toBe(200);
    expect(new NetworkModel(1, 1, 1).smallestDelayUs()).toBe(DEFAULT_DELAY_US);
  });
});

describe('cuts', () => {
  it('round trip: what is cut and repaired is as before, rules and all', () => {
    fc.assert(
      fc.property(fc.array(changeArb), fc.subarray(allLinks), (changes, links) => {
        const net = freshNetwork();
        run(net, changes);
        const state = (): unknown =>
          allLinks.map((link) => [net.isCut(...link), net.settings(...link), net.isPlain(link[0], link[2])]);
        const before = state();
        const uncut = links.filter((link) => !net.isCut(...link));
        for (const link of uncut) net.cut(...link);
        expect(uncut.every((link) => net.isCut(...link) && !net.isPlain(link[0], link[2]))).toBe(true);
        for (const link of uncut) net.repair(...link);
        expect(state()).toEqual(before);
      }),
    );
  });

  it('stop frames one way only, and once is enough', () => {
    const net = freshNetwork();
    net.cut(0, 1, 0);
    net.cut(0, 1, 0);
    expect(sent(net, [0, 1, 0])).toEqual([]);
    expect(sent(net, [1, 0, 0])).toHaveLength(1);
    expect(sent(net, [0, 1, 1])).toHaveLength(1);
    net.repair(0, 1, 0);
    expect(net.isPlain(0, 0)).toBe(true);
    expect(sent(net, [0, 1, 0])).toHaveLength(1);
  });

  it('do not stop what is under way', () => {
    const net = freshNetwork();
    const [copy] = sent(net, [0, 1, 0]);
    net.cut(0, 1, 0);
    arrive(net, copy, 'reads');
    expect(net.counters(0, 1, 0)).toMatchObject({ sent: 1, delivered: 1, dropped: 0 });
  });
});

describe('isPlain', () => {
  it('says what a look at every link says', () => {
    fc.assert(
      fc.property(commandsArb, (commands) => {
        const net = freshNetwork();
        for (const command of commands) {
          run(net, [command]);
          for (let from = 0; from < NODES; from++) {
            for (let network = 0; network < NETWORKS; network++) {
              const untouched = others(from).every(
                (to) => !net.isCut(from, to, network) && isDefaultLink(net.settings(from, to, network)),
              );
              expect(net.isPlain(from, network)).toBe(untouched);
            }
          }
        }
      }),
    );
  });

  it('means that frames arrive as countBroadcast says', () => {
    fc.assert(
      fc.property(commandsArb, (commands) => {
        const net = freshNetwork();
        run(net, commands);
        for (const [from, to, network] of allLinks) {
          if (!net.isPlain(from, network)) continue;
          expect(sent(net, [from, to, network], 5)[0].atUs).toBe(net.countBroadcast(from, network, [to], micros(5)));
        }
      }),
    );
  });

  it('is asked before a broadcast is counted', () => {
    const net = freshNetwork();
    net.setLink(0, 3, 0, { delayUs: micros(101) });
    expect(() => net.countBroadcast(0, 0, [1], micros(0))).toThrow(/cuts or rules/);
    net.setLink(0, 3, 0, { delayUs: DEFAULT_DELAY_US });
    expect(net.isPlain(0, 0)).toBe(true);
  });
});

describe('mistakes of the caller', () => {
  it.each([[[0, 0, 0]], [[0, 4, 0]], [[-1, 1, 0]], [[4, 1, 0]], [[0, 1, 2]], [[0, 1, -1]], [[NaN, 1, 0]]] as [Link][])(
    'there is no link %j',
    (link) => {
      const net = freshNetwork();
      expect(() => net.cut(...link)).toThrow(RangeError);
      expect(() => net.send(...link, micros(0), new Deliveries())).toThrow(RangeError);
      expect(() => net.setLink(...link, {})).toThrow(RangeError);
      expect(() => net.counters(...link)).toThrow(RangeError);
    },
  );

  it('there is no such node or network to be plain', () => {
    expect(() => freshNetwork().isPlain(4, 0)).toThrow(RangeError);
    expect(() => freshNetwork().isPlain(0, 2)).toThrow(RangeError);
  });

  it.each([
    [0, 1, 1],
    [1, 0, 1],
    [2, 1.5, 1],
    [2, 256, 1],
    [1.5, 1, 1],
    [2, 1, -1],
    [2, 1, 0.5],
    [3000, 1, 1],
  ])('no network of %d nodes, %d networks, seed %d', (nodes, networks, seed) => {
    expect(() => new NetworkModel(nodes, networks, seed)).toThrow(RangeError);
  });
});
