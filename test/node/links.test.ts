/**
 * The sending end of a server's links: rules are obeyed, receivers' deaths are minded, and every frame has one fate.
 */
import { describe, expect, it } from 'vitest';
import type { ControlFrame } from '../../src/failover/frames.js';
import { FRAME_CHECKSUM, RING_DATA } from '../../src/interconnect/layout.js';
import { settle } from '../../src/node/realtime/links.js';
import { micros, NEVER } from '../../src/model/time.js';
import { DEFAULT_LINK, type LinkSettings } from '../../src/network/links.js';
import type { LinkRule } from '../../src/network/model.js';
import { aBeat, Receiver, Shared } from './parts.js';

const at = micros;
const rule = (settings: Partial<LinkSettings>, cut = false, to = 1): LinkRule[] => [
  { to, network: 0, cut, settings: { ...DEFAULT_LINK, ...settings } },
];
/** A control frame of so many bytes, more or less. */
const note = (size: number, n = 0): ControlFrame =>
  ({ type: 'note', n, text: 'x'.repeat(size) }) as unknown as ControlFrame;

describe('an untouched link', () => {
  it('carries heartbeats to all and control frames to one, in order, and counts them', () => {
    const shared = new Shared();
    const links = shared.links(0);
    links.broadcast(aBeat(1), at(1));
    links.send(1, note(10), at(2));
    links.broadcast(aBeat(3), at(3));
    const one = new Receiver(shared, 0, 1);
    expect(one.drain().took).toEqual([]);
    links.publish();
    expect(one.drain().took).toEqual([aBeat(1), note(10), aBeat(3)]);
    expect(new Receiver(shared, 0, 2).drain().took).toEqual([aBeat(1), aBeat(3)]);
    expect(shared.accounts(0, 1)).toMatchObject({ sent: 3, delivered: 3, dropped: 0, underWay: 0 });
    expect(shared.accounts(0, 2)).toMatchObject({ sent: 2, delivered: 2, dropped: 0, underWay: 0 });
    expect(links.nextAt).toBe(NEVER);
  });

  it('rings for control frames and never for heartbeats', () => {
    const shared = new Shared();
    const links = shared.links(0);
    const bell = shared.mesh.bell(1);
    bell.prepare();
    const before = bell.read();
    links.broadcast(aBeat(1), at(1));
    links.publish();
    expect(bell.read()).toBe(before);
    links.send(1, note(1), at(2));
    links.publish();
    expect(bell.read()).toBe(before + 1);
  });
});

describe('rules', () => {
  it('loss: nothing arrives, and each frame is counted as lost', () => {
    const shared = new Shared();
    const links = shared.links(0, rule({ lossP: 1 }));
    for (let n = 0; n < 9; n += 1) links.broadcast(aBeat(n), at(n));
    links.send(1, note(1), at(9));
    links.publish();
    expect(new Receiver(shared, 0, 1).drain().took).toEqual([]);
    expect(shared.accounts(0, 1)).toMatchObject({ sent: 10, delivered: 0, underWay: 0, droppedBy: { loss: 10 } });
    expect(shared.accounts(0, 2)).toMatchObject({ sent: 9, dropped: 0 });
  });

  it('cut: nothing arrives, and each frame is counted as cut off; obeyed while it runs', () => {
    const shared = new Shared();
    const links = shared.links(0);
    links.model.obey(0, rule({}, true));
    links.broadcast(aBeat(1), at(1));
    links.model.obey(0, []);
    links.broadcast(aBeat(2), at(2));
    links.publish();
    expect(new Receiver(shared, 0, 1).drain().took).toEqual([aBeat(2)]);
    expect(shared.accounts(0, 1)).toMatchObject({ sent: 2, delivered: 1, droppedBy: { cut: 1 } });
  });

  it('delay: frames are held back until their time, in the order of their times', () => {
    const shared = new Shared();
    const links = shared.links(0, rule({ delayUs: at(1100) }));
    links.broadcast(aBeat(1), at(0));
    links.send(1, note(1), at(500));
    expect(links.nextAt).toBe(1000);
    const one = new Receiver(shared, 0, 1);
    links.release(at(999));
    links.publish();
    expect(one.drain().took).toEqual([]);
    links.release(at(1000));
    links.publish();
    expect(one.drain().took).toEqual([aBeat(1)]);
    links.release(at(5000));
    links.publish();
    expect(one.drain().took).toEqual([aBeat(1), note(1)]);
    expect(shared.accounts(0, 1)).toMatchObject({ sent: 2, delivered: 2, underWay: 0 });
  });

  it('jitter: a later frame may overtake', () => {
    const shared = new Shared();
    const links = shared.links(0, rule({ jitterUs: at(100_000) }));
    for (let n = 0; n < 40; n += 1) links.broadcast(aBeat(n), at(n));
    links.release(at(1_000_000));
    links.publish();
    const order = new Receiver(shared, 0, 1).drain().took.map((frame) => (frame as { sentAt: number }).sentAt);
    const sorted = [...order].sort((a, b) => a - b);
    expect(sorted).toEqual(Array.from({ length: 40 }, (_, n) => n));
    expect(order).not.toEqual(sorted);
  });

  it('duplicate: a copy is delivered on its own account', () => {
    const shared = new Shared();
    const links = shared.links(0, rule({ duplicateP: 1 }));
    links.broadcast(aBeat(1), at(1));
    links.send(1, note(1), at(2));
    links.release(at(1000));
    links.publish();
    expect(new Receiver(shared, 0, 1).drain().took).toHaveLength(4);
    expect(shared.accounts(0, 1)).toMatchObject({ sent: 2, delivered: 2, duplicated: 2, copiesDelivered: 2 });
  });

  it('corrupt: frames arrive damaged, are counted, and are never shown', () => {
    const shared = new Shared();
    const links = shared.links(0, rule({ corruptP: 1 }));
    const one = new Receiver(shared, 0, 1);
    for (let n = 0; n < 200; n += 1) {
      links.broadcast(aBeat(n), at(n));
      links.send(1, note(n * 20), at(n));
      links.publish();
      one.drain();
    }
    expect(one.took).toEqual([]);
    expect(shared.accounts(0, 1)).toMatchObject({ sent: 400, delivered: 0, underWay: 0, droppedBy: { corrupt: 400 } });
    links.model.obey(0, []);
    links.broadcast(aBeat(7), at(7));
    links.publish();
    expect(one.drain().took).toEqual([aBeat(7)]);
  });

  it('corrupt: a heartbeat damaged between the parts of a control frame takes nothing else with it', () => {
    const shared = new Shared();
    const links = shared.links(0);
    const one = new Receiver(shared, 0, 1);
    links.send(1, note(40_000), at(1));
    links.publish();
    expect(one.drain().took).toEqual([]);
    links.model.obey(0, rule({ corruptP: 1 }));
    links.broadcast(aBeat(5), at(5));
    links.model.obey(0, []);
    for (let turns = 0; turns < 20; turns += 1) {
      links.publish();
      one.drain();
    }
    expect(one.took).toEqual([note(40_000)]);
    expect(shared.accounts(0, 1)).toMatchObject({ sent: 2, delivered: 1, underWay: 0, droppedBy: { corrupt: 1 } });
  });

  it('a part of a control frame that is damaged in the ring is the one fate of that frame', () => {
    const shared = new Shared();
    const links = shared.links(0);
    const one = new Receiver(shared, 0, 1);
    links.send(1, note(9000), at(1));
    links.publish();
    // The checksum of its first part.
    new Int32Array(shared.mesh.memory.buffer)[shared.mesh.ringOffset(0, 1) / 4 + RING_DATA + FRAME_CHECKSUM] ^= 1;
    expect(one.drain().took).toEqual([]);
    links.send(1, note(9), at(2));
    links.publish();
    expect(one.drain().took).toEqual([note(9)]);
    expect(shared.accounts(0, 1)).toMatchObject({ sent: 2, delivered: 1, underWay: 0, droppedBy: { corrupt: 1 } });
  });

  it('a copy that is damaged is dropped on the account of copies, not of frames', () => {
    const shared = new Shared();
    const links = shared.links(0, rule({ duplicateP: 1, corruptP: 0.5 }));
    const one = new Receiver(shared, 0, 1);
    for (let n = 0; n < 200; n += 1) {
      links.broadcast(aBeat(n), at(n * 1000));
      links.send(1, note(9), at(n * 1000));
      links.release(at(n * 1000 + 999));
      links.publish();
      one.drain();
    }
    const { sent, delivered, droppedBy, underWay, ...copies } = shared.accounts(0, 1);
    expect({ sent, underWay }).toEqual({ sent: 400, underWay: 0 });
    expect(delivered + droppedBy.corrupt).toBe(400);
    expect(copies).toMatchObject({ duplicated: 400 });
    expect(copies.copiesDelivered + copies.copiesDropped).toBe(400);
    expect(copies.copiesDropped).toBeGreaterThan(50);
  });
});

describe('a receiver that does not read', () => {
  it('gets as many heartbeats as its ring holds; the others are counted as full', () => {
    const shared = new Shared();
    const links = shared.links(0);
    for (let n = 0; n < 1000; n += 1) links.broadcast(aBeat(n), at(n));
    links.publish();
    const { sent, droppedBy, underWay } = shared.accounts(0, 1);
    expect(sent).toBe(1000);
    expect(droppedBy.full).toBeGreaterThan(700);
    expect(underWay).toBe(1000 - droppedBy.full);
    const one = new Receiver(shared, 0, 1).drain();
    expect(one.took).toHaveLength(underWay);
    expect(shared.accounts(0, 1).underWay).toBe(0);
  });

  it('loses no control frame, and is rung when those that waited for room are there', () => {
    const shared = new Shared();
    const links = shared.links(0);
    for (let n = 0; n < 100; n += 1) links.send(1, note(1000, n), at(n));
    links.publish();
    const one = new Receiver(shared, 0, 1);
    const bell = shared.mesh.bell(1);
    for (let turns = 0; turns < 100 && one.took.length < 100; turns += 1) {
      const taken = one.drain().took.length;
      bell.prepare();
      const before = bell.read();
      links.publish();
      if (taken < 100) expect(bell.read()).toBe(before + 1);
    }
    expect(one.took).toEqual(Array.from({ length: 100 }, (_, n) => note(1000, n)));
    expect(shared.accounts(0, 1)).toMatchObject({ sent: 100, delivered: 100 });
  });

  it('is told once what waits for room and is said again, longer or not, and each frame is counted', () => {
    const shared = new Shared();
    const links = shared.links(0);
    const one = new Receiver(shared, 0, 1);
    const entries = Array.from({ length: 3 }, (_, n) => ({ type: 'vanished', server: 2, orderly: n > 0 }) as const);
    const append = (after: number, length: number): ControlFrame => {
      return { type: 'append', epoch: 1, from: 0, after, entries: entries.slice(0, length), stable: 0, floor: 0 };
    };
    // This one fills the ring, and a part of it waits.
    links.send(1, note(40_000), at(1));
    for (const frame of [append(4, 1), append(5, 2), append(4, 3), append(7, 1), note(1), note(1)])
      links.send(1, frame, at(2));
    for (let turns = 0; turns < 10; turns += 1) {
      links.publish();
      one.drain();
    }
    expect(one.took).toEqual([note(40_000), append(4, 3), append(7, 1), note(1), note(1)]);
    expect(shared.accounts(0, 1)).toMatchObject({ sent: 7, delivered: 5, underWay: 0, droppedBy: { full: 2 } });
  });

  it('tells its sender when it has made room, once, and only where that waits', () => {
    const shared = new Shared();
    const links = shared.links(0);
    const reader = shared.mesh.reader(0, 1);
    const read = (): boolean => {
      while (reader.next());
      reader.release();
      return reader.relieve();
    };
    links.send(1, note(10), at(1));
    links.publish();
    expect(read()).toBe(false);
    links.send(1, note(40_000), at(2));
    links.publish();
    expect([read(), read()]).toEqual([true, false]);
    links.publish();
    expect(read()).toBe(true);
    links.publish();
    expect(read()).toBe(false);
  });

  it('is told no more than 4096 control frames, and the rest is counted as full', () => {
    const shared = new Shared();
    const links = shared.links(0);
    for (let n = 0; n < 5000; n += 1) links.send(1, note(500, n), at(n));
    const { sent, droppedBy, underWay } = shared.accounts(0, 1);
    expect(sent).toBe(5000);
    expect(droppedBy.full).toBeGreaterThan(500);
    expect(underWay).toBeGreaterThanOrEqual(4096);
  });
});

describe('a receiver that dies', () => {
  it('is sent nothing: each frame is counted as sent to one that is off', () => {
    const shared = new Shared();
    const links = shared.links(0);
    shared.die(1);
    links.broadcast(aBeat(1), at(1));
    links.send(1, note(1), at(2));
    links.publish();
    expect(shared.accounts(0, 1)).toMatchObject({ sent: 2, underWay: 0, droppedBy: { off: 2 } });
  });

  it('loses what it had not read, once its thread is gone and cannot read any more', () => {
    const shared = new Shared();
    const links = shared.links(0);
    for (let n = 0; n < 5; n += 1) links.broadcast(aBeat(n), at(n));
    links.publish();
    shared.switches.setPower(1, 0);
    links.broadcast(aBeat(5), at(5));
    expect(shared.accounts(0, 1)).toMatchObject({ sent: 6, underWay: 5, droppedBy: { off: 1 } });
    // It is dying, and takes in what it is at.
    new Receiver(shared, 0, 1).drain();
    shared.die(1);
    shared.switches.setPower(1, -1);
    links.broadcast(aBeat(6), at(6));
    expect(shared.accounts(0, 1)).toMatchObject({ sent: 7, delivered: 5, underWay: 0, droppedBy: { off: 2 } });
  });

  it('loses second copies too, read by nobody or held back', () => {
    const shared = new Shared();
    const links = shared.links(0, rule({ duplicateP: 1 }));
    for (let n = 0; n < 50; n += 1) links.broadcast(aBeat(n), at(n * 1000));
    links.send(1, note(40_000), at(50_000));
    links.release(at(50_000));
    links.publish();
    shared.die(1);
    shared.rise(1);
    links.model.obey(0, []);
    links.broadcast(aBeat(60), at(60_000));
    links.publish();
    expect(new Receiver(shared, 0, 1, 2).drain().took).toEqual([aBeat(60)]);
    expect(shared.accounts(0, 1)).toMatchObject({ sent: 52, delivered: 1, underWay: 0, droppedBy: { off: 51 } });
    expect(shared.accounts(0, 1)).toMatchObject({ duplicated: 51, copiesDelivered: 0, copiesDropped: 51 });
  });

  it('and its successor gets nothing that was held back or waited for the dead one', () => {
    const shared = new Shared();
    const links = shared.links(0, rule({ delayUs: at(10_100), duplicateP: 0.5 }));
    for (let n = 0; n < 5; n += 1) links.broadcast(aBeat(n), at(n));
    links.model.obey(0, []);
    for (let n = 0; n < 100; n += 1) links.send(1, note(1000, n), at(n));
    links.publish();
    // It is dead and back before its peer has looked once.
    shared.die(1);
    shared.rise(1);
    links.release(at(20_000));
    links.broadcast(aBeat(9), at(20_000));
    links.publish();
    const next = new Receiver(shared, 0, 1, 2).drain();
    expect(next.took).toEqual([aBeat(9)]);
    expect(shared.accounts(0, 1)).toMatchObject({ sent: 106, delivered: 1, underWay: 0, droppedBy: { off: 105 } });
    expect(links.nextAt).toBe(NEVER);
  });

  it('and its successor takes in nothing that was written for the dead one in the last moment', () => {
    const shared = new Shared();
    const links = shared.links(0);
    links.broadcast(aBeat(1), at(1));
    shared.die(1);
    shared.rise(1);
    // Only now does what was written before become visible.
    links.publish();
    const next = new Receiver(shared, 0, 1, 2).drain();
    expect(next).toMatchObject({ took: [], strange: 1 });
    links.broadcast(aBeat(2), at(2));
    links.publish();
    expect(next.drain().took).toEqual([aBeat(2)]);
    expect(shared.accounts(0, 1)).toMatchObject({ sent: 2, delivered: 1, underWay: 0, droppedBy: { off: 1 } });
  });
});

describe('a sender that dies', () => {
  it('loses what it had not published; what it had is still taken in', () => {
    const shared = new Shared();
    const dead = shared.links(0);
    for (let n = 0; n < 4; n += 1) dead.broadcast(aBeat(n), at(n));
    dead.send(1, note(9000), at(4));
    dead.publish();
    for (let n = 5; n < 8; n += 1) dead.broadcast(aBeat(n), at(n));
    const link = { from: 0, to: 1, network: 0 };
    settle(shared.model, link, shared.mesh.reader(0, 1), shared.switches.power(1));
    expect(shared.accounts(0, 1)).toMatchObject({ sent: 8, underWay: 5, droppedBy: { off: 3 } });
    const one = new Receiver(shared, 0, 1);
    const next = shared.links(0, [], 2);
    next.broadcast(aBeat(9), at(9));
    next.publish();
    expect(one.drain().took).toHaveLength(6);
    expect(shared.accounts(0, 1)).toMatchObject({ sent: 9, delivered: 6, underWay: 0 });
  });

  it('loses second copies that it had not published; those that it had are still taken in', () => {
    const shared = new Shared();
    const dead = shared.links(0, rule({ duplicateP: 1 }));
    for (let n = 0; n < 4; n += 1) dead.broadcast(aBeat(n), at(n * 1000));
    dead.send(1, note(9), at(4000));
    dead.release(at(9000));
    dead.publish();
    for (let n = 10; n < 13; n += 1) dead.broadcast(aBeat(n), at(n * 1000));
    settle(shared.model, { from: 0, to: 1, network: 0 }, shared.mesh.reader(0, 1), 1);
    expect(shared.accounts(0, 1)).toMatchObject({ sent: 8, underWay: 5, duplicated: 8, copiesDropped: 3 });
    expect(new Receiver(shared, 0, 1).drain().took).toHaveLength(10);
    expect(shared.accounts(0, 1)).toMatchObject({ delivered: 5, underWay: 0, copiesDelivered: 5, copiesDropped: 3 });
  });

  it('in the middle of a message that did not fit loses that message', () => {
    const shared = new Shared();
    const dead = shared.links(0);
    dead.send(1, note(60_000), at(1));
    dead.publish();
    settle(shared.model, { from: 0, to: 1, network: 0 }, shared.mesh.reader(0, 1), 1);
    expect(shared.accounts(0, 1)).toMatchObject({ sent: 1, underWay: 0, droppedBy: { off: 1 } });
    const one = new Receiver(shared, 0, 1);
    const next = shared.links(0, [], 2);
    expect(one.drain().took).toEqual([]);
    next.send(1, note(5000, 2), at(2));
    next.publish();
    expect(one.drain().took).toEqual([note(5000, 2)]);
  });

  it('after its receiver leaves everything to be written off', () => {
    const shared = new Shared();
    const dead = shared.links(0);
    for (let n = 0; n < 4; n += 1) dead.broadcast(aBeat(n), at(n));
    dead.publish();
    const link = { from: 0, to: 1, network: 0 };
    settle(shared.model, link, shared.mesh.reader(0, 1), 0);
    expect(shared.accounts(0, 1).underWay).toBe(4);
    settle(shared.model, link, shared.mesh.reader(0, 1), -1);
    expect(shared.accounts(0, 1)).toMatchObject({ sent: 4, underWay: 0, droppedBy: { off: 4 } });
  });
});
