/**
 * A corked engine, as real time has it: it takes in what a pass of its loop has read, and concludes once.
 */
import { describe, expect, it } from 'vitest';
import type { Frame } from '../../src/failover/frames.js';
import { micros } from '../../src/model/time.js';
import { Trio } from '../support/trio.js';

/** A cluster whose coordinator has just been missed by S2, which has proposed a view without it. */
function missed(): { trio: Trio; propose: Frame } {
  const trio = new Trio({ corked: 0 });
  trio.form();
  return { trio, propose: trio.passUntil([1, 2], 1, 'propose') };
}

const pledges = (trio: Trio): number =>
  trio.sent.filter(({ from, frame }) => from === 2 && frame.type === 'pledge').length;

describe('a corked engine', () => {
  it('follows a proposal that it read before its own clock had told it why', () => {
    const { trio, propose } = missed();
    trio.take(2, propose);
    expect(trio.engines[2].suspects).toBe(0);
    expect(pledges(trio)).toBe(0);
    trio.tick(2);
    expect(trio.engines[2].suspects).toBe(1);
    expect(pledges(trio)).toBe(1);
  });

  it('does not follow it where it was withdrawn meanwhile, or read at an earlier instant', () => {
    const withdrawn = missed();
    withdrawn.trio.take(2, withdrawn.propose);
    const { epoch } = withdrawn.propose as Frame & { type: 'propose' };
    withdrawn.trio.take(2, { type: 'withdraw', epoch, from: 1 });
    withdrawn.trio.tick(2);
    const early = missed();
    early.trio.take(2, early.propose);
    early.trio.now = micros(early.trio.now + 1);
    early.trio.tick(2);
    for (const { trio } of [withdrawn, early]) {
      expect(trio.engines[2].suspects).toBe(1);
      expect(pledges(trio)).toBe(0);
    }
  });
});
