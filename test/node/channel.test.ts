/** The line between the main thread and a server's: whole messages of any size, both ways at once, and no deadlock. */
import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { Bell } from '../../src/interconnect/bell.js';
import { Kind, type Line, LineEnd, newBell, newLine } from '../../src/node/channel.js';
import { waitFor } from '../../src/node/realtime/waiting.js';
import { layUp, sayFailed } from '../../src/node/serving.js';
import { fromBytes, toBytes } from '../../src/node/wire.js';

/** So many bytes, no two like sizes alike. */
function bytes(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => (index * 31 + size) & 255);
}

const SIZES = [0, 1, 63, 64, 4000, 16_000, 65_536, 70_000, 300_000, 5, 1_000_000];

/** Megabytes are compared by their hash. */
function described([kind, network, stampUs, content]: readonly [number, number, number, Uint8Array]): unknown[] {
  return [kind, network, stampUs, content.length, createHash('sha256').update(content).digest('hex')];
}

const workers: Worker[] = [];
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.terminate();
});

function both(): { main: LineEnd; server: LineEnd; line: Line } {
  const line = newLine(newBell());
  return { main: LineEnd.main(line), server: LineEnd.server(line), line };
}

function take(end: LineEnd, into: (readonly [number, number, number, Uint8Array])[]): number {
  return end.drain((kind, _ends, network, stampUs, content) => into.push([kind, network, stampUs, content!]));
}

describe('a line', () => {
  it('hands over kind, network, instant and bytes, after the flush', () => {
    const { main, server } = both();
    const seen: (readonly [number, number, number, Uint8Array])[] = [];
    main.send(Kind.BEAT, bytes(80), 123_456_789_012, 3);
    main.send(Kind.RUN, toBytes({ at: 1, tick: true }), 0);
    expect(take(server, seen)).toBe(0);
    main.flush();
    expect(take(server, seen)).toBe(2);
    expect(seen[0]).toEqual([Kind.BEAT, 3, 123_456_789_012, bytes(80)]);
    expect(fromBytes(seen[1][3])).toEqual({ at: 1, tick: true });
  });

  it('says when the main thread had been asleep, for no bell wakes its event loop', () => {
    const line = newLine(newBell());
    let woken = 0;
    const [main, server] = [LineEnd.main(line), LineEnd.server(line, () => (woken += 1))];
    server.send(Kind.DONE, bytes(1), 0);
    server.flush();
    expect(woken).toBe(0);
    main.own.prepare();
    server.flush();
    server.flush();
    expect(woken).toBe(1);
    // Also when it reads, and the main thread waits for room.
    for (let sent = 0; main.waiting === 0; sent += 1) main.send(Kind.INPUT, bytes(10_000), sent);
    main.flush();
    main.own.prepare();
    server.drain(() => undefined);
    expect(woken).toBe(2);
  });

  it('lays up what nobody is woken for: it is there at the next look', () => {
    const line = newLine(newBell());
    let woken = 0;
    const [main, server] = [LineEnd.main(line), LineEnd.server(line, () => (woken += 1))];
    const seen: (readonly [number, number, number, Uint8Array])[] = [];
    main.own.prepare();
    layUp(server, Kind.DISK, toBytes({ epoch: 3 }), 7);
    expect([woken, main.own.prepared]).toEqual([0, true]);
    expect(take(main, seen)).toBe(1);
    expect([seen[0][0], seen[0][2], fromBytes(seen[0][3])]).toEqual([Kind.DISK, 7, { epoch: 3 }]);
  });

  it('carries a last word once, and one that nobody reads holds nobody up for ever', () => {
    const { main, line } = both();
    const seen: (readonly [number, number, number, Uint8Array])[] = [];
    sayFailed(line, new Error('why'));
    expect(take(main, seen)).toBe(1);
    expect([seen[0][0], fromBytes(seen[0][3])]).toEqual([Kind.FAILED, expect.objectContaining({ message: 'why' })]);
    // The end with which it says so goes on behind what was published before.
    const again = LineEnd.server(line);
    while (again.waiting === 0) again.send(Kind.DONE, bytes(1), 0);
    again.publish();
    sayFailed(line, new Error('why'), undefined, 1);
    seen.length = 0;
    take(main, seen);
    expect(new Set(seen.map(([kind]) => kind))).toEqual(new Set([Kind.DONE]));
  });

  it('carries what is larger than its rings, both ways at once, as both ends give room to each other', () => {
    const { main, server } = both();
    const [up, down]: (readonly [number, number, number, Uint8Array])[][] = [[], []];
    for (const size of SIZES) {
      main.send(Kind.INPUT, bytes(size), size);
      server.send(Kind.DONE, bytes(size), size);
    }
    let turns = 0;
    for (; main.waiting + server.waiting > 0; turns += 1) {
      expect(turns).toBeLessThan(1000);
      main.flush();
      server.flush();
      take(main, up);
      take(server, down);
    }
    main.flush();
    server.flush();
    take(main, up);
    take(server, down);
    expect(turns).toBeGreaterThan(10);
    expect(down.map(described)).toEqual(SIZES.map((size) => described([Kind.INPUT, 0, size, bytes(size)])));
    expect(up.map(described)).toEqual(SIZES.map((size) => described([Kind.DONE, 0, size, bytes(size)])));
  });

  it('wakes a sender that waits for room, when there is some', () => {
    const { main, server } = both();
    server.send(Kind.DONE, bytes(200_000), 0);
    server.flush();
    expect(server.waiting).toBe(1);
    const before = server.own.read();
    take(main, []);
    expect(server.own.read()).toBe(before + 1);
    // It was told once; who has nothing that waits is told nothing.
    take(main, []);
    expect(server.own.read()).toBe(before + 1);
  });

  it('may have the bell of a server where others ring it too', () => {
    const bell = newBell();
    const line: Line = { ...newLine(newBell()), serverBell: { memory: bell, byteOffset: 0 } };
    const before = new Bell(bell, 0).read();
    LineEnd.main(line).wake();
    expect(new Bell(bell, 0).read()).toBe(before + 1);
  });

  it('to a thread: everything comes back in order, though both directions are full at once', () => {
    const line = newLine(newBell());
    const main = LineEnd.main(line);
    workers.push(new Worker(new URL('echo.mjs', import.meta.url), { workerData: line }));
    const back: (readonly [number, number, number, Uint8Array])[] = [];
    const sent = Array.from({ length: 40 }, (_, round) => SIZES[round % SIZES.length]);
    for (const size of sent) main.send(Kind.INPUT, bytes(size), size, 2);
    const look = (): boolean => {
      take(main, back);
      main.flush();
      return back.length === sent.length;
    };
    expect(waitFor(main.own, look, 50_000)).toBe(true);
    expect(back.map(([, , stampUs]) => stampUs)).toEqual(sent);
    expect(
      back.every(
        ([kind, network, size, content]) => kind === Kind.INPUT + 1 && network === 2 && content.length === size,
      ),
    ).toBe(true);
    expect(back[7][3]).toEqual(bytes(70_000));
  });
});

describe('waitFor', () => {
  it('looks first, and does not wait for what is there', () => {
    expect(waitFor(new Bell(newBell(), 0), () => true, Infinity)).toBe(true);
  });

  it('gives up after its limit, and looks once more', () => {
    let looks = 0;
    const look = (): boolean => ++looks > 2;
    expect(waitFor(new Bell(newBell(), 0), () => false, 1)).toBe(false);
    expect(waitFor(new Bell(newBell(), 0), look, 1)).toBe(true);
  });
});
