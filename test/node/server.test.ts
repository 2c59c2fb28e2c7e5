/** A server's loop in real time, run here pass by pass, with others that ring wherever it is. */
import { describe, expect, it } from 'vitest';
import { EMPTY_DURABLE } from '../../src/failover/frames.js';
import { Mesh } from '../../src/interconnect/mesh.js';
import { defineCluster } from '../../src/model/define.js';
import { NetworkModel } from '../../src/network/model.js';
import { Kind, LineEnd, newBell, newLine } from '../../src/node/channel.js';
import type { Order, RealtimeBoot } from '../../src/node/realtime/boot.js';
import { RealClock } from '../../src/node/realtime/clock.js';
import { ReportReader } from '../../src/node/realtime/report.js';
import { RealtimeServer } from '../../src/node/realtime/server.js';
import { boardBytes, type Glance, StatusGlass } from '../../src/node/realtime/status.js';
import { Switches } from '../../src/node/realtime/switches.js';
import { toBytes } from '../../src/node/wire.js';

/** A server as its loop sees it. */
interface Loop {
  readonly end: LineEnd;
  /** Counts what was due by its clock. */
  readonly lateness: { readonly count: number };
  /** When it read frames last. */
  readonly takenAt: number;
  mayLeaveFrames(): boolean;
  pass(): void;
  sleep(): void;
}

/** Server A of two, of which the other never comes, and the main thread's end of its line. */
function scene(): {
  server: Loop;
  order: (n: number) => void;
  done: () => number[];
  glance: () => Glance | undefined;
} {
  const heartbeat = { interval: '2ms', timeout: '1s' };
  const defined = defineCluster({ name: 'LOOP', servers: ['A', 'B'], groups: [], heartbeat });
  if (!defined.ok) throw new Error(JSON.stringify(defined.error));
  const { memory } = Mesh.create(2);
  const line = { ...newLine(newBell()), serverBell: { memory: memory.buffer, byteOffset: Mesh.bellOffset(0) } };
  const switches = new SharedArrayBuffer(Switches.bytes(2));
  new Switches(switches).setPower(0, 1);
  const accounts = new SharedArrayBuffer(NetworkModel.accountBytes(2, 1));
  const status = new SharedArrayBuffer(boardBytes(2));
  const { originNs } = new RealClock();
  const boot: Omit<RealtimeBoot, 'controls'> = {
    ...{ line, definition: defined.value, me: 0, incarnation: 1, durable: EMPTY_DURABLE, audit: false },
    ...{
      bootedAt: new RealClock(originNs).now(),
      originNs,
      memory: { meshes: [{ network: 0, memory }], accounts, switches, status },
    },
    ...{ first: 0, nodes: 2, networks: 1, seed: 1, rules: [], faults: [], heartbeatsTold: false },
  };
  const server = new RealtimeServer(boot as RealtimeBoot, () => undefined) as unknown as Loop;
  const main = LineEnd.main(line);
  const told: number[] = [];
  const reports = new ReportReader();
  const glass = new StatusGlass(status, 0);
  return {
    server,
    glance: () => glass.look(),
    order: (n) => {
      const order: Order = { type: 'tellHeartbeats', n, on: false };
      main.send(Kind.INPUT, toBytes(order), 0);
      main.flush();
    },
    done: () => {
      main.drain((kind, _ends, _epoch, _stamp, bytes) => {
        if (kind === Kind.DONE) told.push(...reports.read(bytes as Uint8Array).done);
      });
      return told;
    },
  };
}

function turn({ server }: ReturnType<typeof scene>): void {
  server.pass();
  server.sleep();
}

describe('an order', () => {
  /** Where in a pass the main thread rings: just before the server calls that of its bell, or just after. */
  const places = (['read', 'prepare', 'prepared'] as const).flatMap((what) =>
    (['before', 'after'] as const).map((when) => [when, what] as const),
  );

  it.each(places)('given %s the bell says "%s" is carried out within two passes', (when, what) => {
    const at = scene();
    for (let count = 0; count < 5; count += 1) turn(at);
    const { own } = at.server.end;
    const original = Reflect.getOwnPropertyDescriptor(Object.getPrototypeOf(own) as object, what);
    const ask = (original?.get ?? original?.value) as () => unknown;
    const once = (): unknown => {
      Reflect.deleteProperty(own, what);
      if (when === 'before') at.order(7);
      const answer = ask.call(own);
      if (when === 'after') at.order(7);
      return answer;
    };
    Object.defineProperty(own, what, { configurable: true, ...(original?.get ? { get: once } : { value: once }) });
    turn(at);
    turn(at);
    expect(at.done()).toEqual([7]);
  });
});

describe('the status board', () => {
  it('is not written anew at a heartbeat that leaves those of others unread, and is at the next', () => {
    const at = scene();
    const { server } = at;
    let leaves = false;
    server.mayLeaveFrames = () => leaves;
    const ticks = (): number => server.lateness.count;
    while (ticks() < 3) turn(at);
    leaves = true;
    let left = 0;
    for (let turns = 0; turns < 1000 && left < 5; turns += 1) {
      const before = { ticks: ticks(), takenAt: server.takenAt, shown: at.glance()?.at };
      turn(at);
      // Whoever is late by an interval reads what has come meanwhile.
      if (ticks() === before.ticks || server.takenAt !== before.takenAt) continue;
      left += 1;
      expect(at.glance()?.at).toBe(before.shown);
    }
    expect(left).toBe(5);
    leaves = false;
    const shown = at.glance()?.at;
    for (let turns = 0; turns < 100 && at.glance()?.at === shown; turns += 1) turn(at);
    expect(at.glance()?.at).toBeGreaterThan(shown as number);
  });
});
