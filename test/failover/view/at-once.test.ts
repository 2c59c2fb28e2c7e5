/**
 * A view that only loses members: when its coordinator commits without asking, and who takes that.
 */
import { describe, expect, it } from 'vitest';
import type { Commit, Decline, Frame, Heartbeat } from '../../../src/failover/frames.js';
import { micros } from '../../../src/model/time.js';
import { Trio, askingFor } from '../../support/trio.js';

const [S1, S2, S3] = [0, 1, 2];

/** S3 is gone, and S1 has just said what is to become of the view; nobody has heard that yet. */
function lost(trio = new Trio()): { readonly trio: Trio; readonly said: Frame } {
  trio.form();
  return { trio, said: trio.passUntil([S1, S2], S1, 'commit', 'propose') };
}

function committed(): { readonly trio: Trio; readonly commit: Commit & Required<Pick<Commit, 'after'>> } {
  const { trio, said } = lost();
  if (said.type !== 'commit' || !said.after) throw new Error('S1 has asked');
  trio.sent.length = 0;
  return { trio, commit: { ...said, after: said.after } };
}

describe('a coordinator that has lost a member', () => {
  it('commits at once', () => {
    const { trio, commit } = committed();
    expect(commit.entry).toMatchObject({ coordinator: S1, members: 0b011, down: 0b100, joined: [] });
    expect(commit.after).toEqual({ ...trio.engines[S2].view, index: trio.engines[S2].state.index });
    expect(trio.engines[S1].view).toEqual({ epoch: commit.epoch, coordinator: S1 });
    expect(trio.disks[S1].promisedEpoch).toBe(commit.epoch);
  });

  it('lets nothing of that view out before its members hold it', () => {
    const { trio, commit } = committed();
    let released = 0;
    for (const out of trio.outs) out.released = () => (released += 1);
    trio.tick(S1);
    expect(released).toBe(0);
    trio.take(S2, commit);
    trio.deliver([S1, S2]);
    expect(released).toBe(2);
  });

  it.each(['majority', { ping: 'Witness' }] as const)('asks under %o', (partition) => {
    expect(lost(new Trio({ partition })).said.type).toBe('propose');
  });

  it('asks while somebody may not hold what has been ordered', () => {
    const trio = new Trio({ groups: [{ name: 'G1', servers: ['S1'] }] });
    trio.form();
    const now = trio.now;
    const command = { type: 'stopGroup', group: 0 } as const;
    trio.engines[S1].step({ type: 'request', now, id: 1, command }, trio.outs[S1]);
    expect(trio.passUntil([S1, S2], S1, 'commit', 'propose').type).toBe('propose');
  });

  it('asks where another has been quiet for long: both may have been lost in one moment', () => {
    const trio = new Trio();
    trio.form();
    const said = trio.passUntil([S1], S1, 'commit', 'propose');
    expect(said).toMatchObject({ type: 'propose', asked: 0b101 });
  });

  /** S1 hears of S2 what is said here, and learns in the same moment that S3 has been reborn. */
  function hearing(change: Partial<Heartbeat> = {}, { awayUs = 0, apartUs = 0 } = {}): Frame | undefined {
    const trio = new Trio();
    trio.form();
    const [second, third] = [S2, S3].map((from) => trio.passUntil([S1, S2, S3], from, 'heartbeat') as Heartbeat);
    const apartUntil = trio.now + apartUs;
    while (trio.now < apartUntil) trio.pass([S1, S3]);
    trio.sent.length = 0;
    trio.now = micros(trio.now + awayUs);
    if (awayUs > 0) trio.tick(S1);
    const sentAt = trio.now;
    trio.take(S1, { ...second, heard: [sentAt, 0, 0], sentAt, ...change });
    trio.take(S1, { ...third, incarnation: 2, heard: [0, 0, 0], sentAt });
    return trio.said(S1, 'commit', 'propose');
  }

  it('commits where the others say what they should', () => {
    expect(hearing()).toMatchObject({ type: 'commit', entry: { members: 0b011, down: 0b100 } });
  });

  it('asks where another has not heard it for long, and may have gone on without it', () => {
    expect(hearing({}, { apartUs: 40_000 })).toMatchObject({ type: 'commit' });
    expect(hearing({ heard: [0, 0, 0] }, { apartUs: 40_000 })).toMatchObject({ type: 'propose', asked: 0b011 });
  });

  it('asks where another says that it is in a different view', () => {
    expect(hearing({ epoch: 7 })).toMatchObject({ type: 'propose', asked: 0b011 });
  });

  it('asks when it has been away itself', () => {
    expect(hearing({}, { awayUs: 60_000 })).toMatchObject({ type: 'propose', asked: 0b011 });
  });

  it('asks when a member has declined', () => {
    const { trio, commit } = committed();
    const { epoch } = commit;
    trio.take(S1, { type: 'decline', epoch, from: S2, promisedEpoch: epoch + 3, promisedTo: -1 });
    expect(trio.said(S1, 'propose')).toMatchObject({ epoch: epoch + 4, asked: 0b011 });
    // S2 has to hear first that it is in an earlier view.
    for (let turn = 0; turn < 20; turn += 1) trio.pass([S1, S2]);
    for (const me of [S1, S2])
      expect(trio.engines[me]).toMatchObject({ view: { epoch: epoch + 4, coordinator: S1 }, members: 0b011 });
  });
});

describe('a commit that nobody was asked about', () => {
  it('is promised, on disk, and taken by a member that stands where it was committed upon', () => {
    const { trio, commit } = committed();
    trio.take(S2, commit);
    expect(trio.engines[S2].view).toEqual({ epoch: commit.epoch, coordinator: S1 });
    expect(trio.disks[S2]).toMatchObject({ epoch: commit.epoch, promisedEpoch: commit.epoch, proposer: S1 });
    expect(trio.said(S2, 'installed')).toMatchObject({ epoch: commit.epoch });
  });

  it('is confirmed again when it comes again', () => {
    const { trio, commit } = committed();
    for (let time = 0; time < 3; time += 1) trio.take(S2, commit);
    expect(trio.sent.filter(({ frame }) => frame.type === 'installed')).toHaveLength(3);
  });

  type Change = (commit: ReturnType<typeof committed>['commit']) => Partial<Commit>;
  it.each<readonly [string, Change]>([
    ['holds more or less', ({ after }) => ({ after: { ...after, index: after.index + 1 } })],
    ['is in another view', ({ after }) => ({ after: { ...after, epoch: after.epoch + 1 } })],
    ['should have been asked', () => ({ after: undefined })],
  ])('is passed over by a member that %s', (_, change) => {
    const { trio, commit } = committed();
    const before = trio.engines[S2].view;
    trio.take(S2, { ...commit, ...change(commit) });
    expect(trio.engines[S2].view).toEqual(before);
    expect(trio.disks[S2].promisedEpoch).toBeLessThan(commit.epoch);
    expect(trio.said(S2, 'installed', 'decline')).toBeUndefined();
  });

  it('is passed over by a server that has been away', () => {
    const { trio, commit } = committed();
    trio.now = micros(trio.now + 60_000);
    trio.take(S2, commit);
    expect(trio.engines[S2].view.epoch).toBeLessThan(commit.epoch);
  });

  it('is passed over by a member that does not hear its coordinator', () => {
    const { commit } = committed();
    const trio = new Trio();
    trio.form();
    trio.passUntil([S2, S3], S2, 'propose');
    trio.tick(S3);
    expect(trio.engines[S3].suspects).toBe(0b001);
    trio.take(S3, { ...commit, entry: { ...commit.entry, members: 0b101, down: 0b010 } });
    expect(trio.engines[S3].view.epoch).toBeLessThan(commit.epoch);
  });

  it('is waited for by a member that hears its coordinator in a view which it does not know', () => {
    const { trio, commit } = committed();
    const beat = trio.passUntil([S1], S1, 'heartbeat');
    trio.sent.length = 0;
    trio.take(S2, beat);
    trio.tick(S2);
    expect(trio.said(S2, 'ask')).toMatchObject({ view: { epoch: commit.epoch - 1 } });
    expect(trio.said(S2, 'propose')).toBeUndefined();
    trio.take(S2, commit);
    expect(trio.engines[S2].view.epoch).toBe(commit.epoch);
  });

  it('is declined by a member that has promised something later', () => {
    const { trio, commit } = committed();
    const later = { ...askingFor(commit), epoch: commit.epoch + 1 };
    trio.take(S2, later);
    trio.take(S2, commit);
    expect(trio.engines[S2].view.epoch).toBeLessThan(commit.epoch);
    const declined = { type: 'decline', from: S2, promisedEpoch: later.epoch, promisedTo: S1 } as const;
    expect(trio.said(S2, 'decline')).toEqual<Decline>({ ...declined, epoch: commit.epoch });
  });

  it('is declined by a member that holds still for something earlier', () => {
    const { trio, commit } = committed();
    const epoch = commit.epoch + 1;
    trio.take(S2, askingFor(commit));
    trio.take(S2, { ...commit, epoch, entry: { ...commit.entry, epoch } });
    expect(trio.engines[S2].view.epoch).toBeLessThan(commit.epoch);
    expect(trio.said(S2, 'decline')).toMatchObject({ epoch, promisedEpoch: commit.epoch, promisedTo: S1 });
  });

  it('is declined by a member whose promise of a later epoch has come to nothing', () => {
    const { trio, commit } = committed();
    const later = { ...askingFor(commit), epoch: commit.epoch + 1 };
    trio.take(S2, later);
    trio.take(S2, { type: 'withdraw', epoch: later.epoch, from: S1 });
    trio.take(S2, commit);
    expect(trio.engines[S2].view.epoch).toBeLessThan(commit.epoch);
    expect(trio.said(S2, 'decline')).toMatchObject({ promisedEpoch: later.epoch, promisedTo: -1 });
  });
});

describe('an epoch', () => {
  it('of which a server is in a view is promised to nobody else', () => {
    const { trio, commit } = committed();
    trio.take(S2, commit);
    trio.sent.length = 0;
    // S2 goes on alone, and S1 proposes a view of just that epoch, out of another branch.
    while ((trio.engines[S2].suspects & 1) === 0) trio.pass([S2]);
    const alone = trio.engines[S2].view;
    expect(alone.coordinator).toBe(S2);
    const beat = {
      type: 'heartbeat',
      from: S1,
      incarnation: 1,
      phase: 1,
      applied: 0,
      suspects: 0,
      heard: [0, 0, 0],
    } as const;
    trio.take(S2, { ...beat, ...alone, coordinator: S1, bootedAt: micros(0), sentAt: trio.now });
    trio.sent.length = 0;
    trio.take(S2, { ...askingFor(commit), epoch: alone.epoch, base: { epoch: alone.epoch - 1, coordinator: S3 } });
    expect(trio.said(S2, 'pledge')).toBeUndefined();
    expect(trio.said(S2, 'decline')).toMatchObject({ promisedEpoch: alone.epoch });
  });
});
