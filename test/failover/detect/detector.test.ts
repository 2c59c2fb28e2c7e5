/**
 * Who is there, from heartbeats alone: silence counts from the sender's timestamp and only once everything received has
 * been read; a newer boot ends the older one's claims; what tells nothing new asks for no decision.
 */
import { describe, expect, it } from 'vitest';
import { Detector } from '../../../src/failover/detect/detector.js';
import { Phase, type ViewId } from '../../../src/failover/frames.js';
import { NEVER, micros } from '../../../src/model/time.js';
import { beat, define } from '../../support/beats.js';

const SECOND = 1_000_000;
const TIMEOUT = 10 * SECOND;
const mine: ViewId = { epoch: 1, coordinator: 0 };
const fresh = (): Detector => new Detector(define({ servers: 4, heartbeat: { interval: '1s', timeout: '10s' } }), 0);

describe('silence', () => {
  it('falls when the timestamp of the newest heartbeat is a timeout old, not a microsecond before', () => {
    const detector = fresh();
    detector.receive(beat({ sentAt: 5 * SECOND }), mine);
    expect(detector.nextCheck).toBe(5 * SECOND + TIMEOUT);
    expect(detector.check(micros(5 * SECOND + TIMEOUT - 1))).toBe(false);
    expect(detector.hears(1)).toBe(true);
    expect(detector.check(micros(5 * SECOND + TIMEOUT))).toBe(true);
    expect(detector.hears(1)).toBe(false);
    expect(detector.silent).toBe(0b10);
  });

  it('counts from when it was sent, however late it came and in whatever order', () => {
    const detector = fresh();
    detector.receive(beat({ sentAt: 7 * SECOND }), mine);
    detector.receive(beat({ sentAt: 5 * SECOND }), mine);
    detector.check(micros(5 * SECOND + TIMEOUT));
    expect(detector.hears(1)).toBe(true);
    detector.check(micros(7 * SECOND + TIMEOUT));
    expect(detector.hears(1)).toBe(false);
  });

  it('is no news of a server that was never heard', () => {
    const detector = fresh();
    expect(detector.check(micros(1000 * SECOND))).toBe(false);
    expect([1, 2, 3].map((server) => detector.hears(server))).toEqual([false, false, false]);
    expect(detector.nextCheck).toBe(NEVER);
  });

  it('ends with the next heartbeat, which is news', () => {
    const detector = fresh();
    detector.receive(beat({ sentAt: SECOND }), mine);
    detector.check(micros(SECOND + TIMEOUT));
    expect(detector.receive(beat({ sentAt: 20 * SECOND }), mine)).toBe(true);
    expect(detector.hears(1)).toBe(true);
    expect(detector.nextCheck).toBe(20 * SECOND + TIMEOUT);
  });

  it('is not judged by a server that was away itself, until what was sent meanwhile can have come', () => {
    const detector = fresh();
    detector.receive(beat({ sentAt: SECOND }), mine);
    detector.wasAway(micros(30 * SECOND));
    expect(detector.check(micros(25 * SECOND))).toBe(false);
    expect(detector.nextCheck).toBe(30 * SECOND);
    expect(detector.hears(1)).toBe(true);
    expect(detector.check(micros(30 * SECOND))).toBe(true);
  });

  it('of one server is found while others are heard', () => {
    const detector = fresh();
    detector.receive(beat({ from: 1, sentAt: SECOND }), mine);
    detector.receive(beat({ from: 2, sentAt: 4 * SECOND }), mine);
    detector.check(micros(SECOND + TIMEOUT));
    expect(detector.silent).toBe(0b10);
    expect(detector.nextCheck).toBe(4 * SECOND + TIMEOUT);
  });
});

describe('news', () => {
  it('is a view, a phase or a suspicion that changes, and nothing else', () => {
    const detector = fresh();
    const heard = [SECOND, 0, 0, 0];
    expect(detector.receive(beat({ sentAt: SECOND, heard }), mine)).toBe(true);
    expect(detector.receive(beat({ sentAt: 2 * SECOND, heard }), mine)).toBe(false);
    expect(detector.receive(beat({ sentAt: 3 * SECOND, heard, applied: 9 }), mine)).toBe(false);
    expect(detector.receive(beat({ sentAt: 4 * SECOND, heard, suspects: 4 }), mine)).toBe(true);
    expect(detector.receive(beat({ sentAt: 5 * SECOND, heard, suspects: 4, epoch: 2 }), mine)).toBe(true);
    expect(detector.receive(beat({ sentAt: 6 * SECOND, heard, suspects: 4, epoch: 2, phase: Phase.OFF }), mine)).toBe(
      true,
    );
    expect(detector.receive(beat({ sentAt: 7 * SECOND, heard, suspects: 4, epoch: 2, phase: Phase.OFF }), mine)).toBe(
      false,
    );
  });

  it('that is older than what was heard last is no news', () => {
    const detector = fresh();
    detector.receive(beat({ sentAt: 5 * SECOND, heard: [SECOND, 0, 0, 0] }), mine);
    expect(detector.receive(beat({ sentAt: 4 * SECOND, heard: [SECOND, 0, 0, 0], epoch: 7 }), mine)).toBe(false);
    expect(detector.view(1)).toMatchObject({ epoch: 1 });
  });

  it('of a newer boot ends what the older one said and heard; of an older boot it is nothing', () => {
    const detector = fresh();
    detector.receive(beat({ sentAt: 5 * SECOND, heard: [SECOND, 0, 0, 0] }), mine);
    expect(detector.mutual(1)).toBe(true);
    expect(detector.receive(beat({ sentAt: 6 * SECOND, incarnation: 2 }), mine)).toBe(true);
    expect(detector.mutual(1)).toBe(false);
    expect(detector.peers[1].incarnation).toBe(2);
    expect(detector.receive(beat({ sentAt: 7 * SECOND, incarnation: 1, epoch: 9 }), mine)).toBe(false);
    expect(detector.peers[1]).toMatchObject({ incarnation: 2, epoch: 1 });
  });
});

describe('hearing each other', () => {
  it('takes a word from the peer that it has heard this server, and that it still does', () => {
    const detector = fresh();
    detector.receive(beat({ sentAt: SECOND }), mine);
    expect(detector.mutual(1)).toBe(false);
    detector.receive(beat({ sentAt: 2 * SECOND, heard: [SECOND, 0, 0, 0] }), mine);
    expect(detector.mutual(1)).toBe(true);
    detector.receive(beat({ sentAt: 3 * SECOND, heard: [SECOND, 0, 0, 0], suspects: 1 }), mine);
    expect(detector.mutual(1)).toBe(false);
  });

  it('counts for a quorum only while the peer stands in the same view', () => {
    const detector = fresh();
    detector.receive(beat({ sentAt: 2 * SECOND, heard: [SECOND, 0, 0, 0], epoch: 4 }), mine);
    expect([detector.acknowledged[1], detector.lease[1]]).toEqual([SECOND, 0]);
    detector.receive(beat({ sentAt: 3 * SECOND, heard: [2 * SECOND, 0, 0, 0] }), mine);
    expect([detector.acknowledged[1], detector.lease[1]]).toEqual([2 * SECOND, 2 * SECOND]);
  });

  it('is vouched for by the decision of a common view', () => {
    const detector = fresh();
    detector.receive(beat({ sentAt: SECOND }), mine);
    detector.check(micros(SECOND + TIMEOUT));
    detector.vouch(0b0111, micros(12 * SECOND));
    expect([1, 2, 3].map((server) => detector.hears(server))).toEqual([true, true, false]);
    expect(detector.nextCheck).toBe(12 * SECOND + TIMEOUT);
    detector.check(micros(12 * SECOND + TIMEOUT));
    expect(detector.silent).toBe(0b110);
  });
});
