/**
 * A corked engine answers a frame that merely wants to be held before it takes it in: when, and what may come between.
 */
import { describe, expect, it } from 'vitest';
import { type Append, type Commit, type Frame, Phase } from '../../src/failover/frames.js';
import type { Command } from '../../src/failover/log/commands.js';
import { micros } from '../../src/model/time.js';
import { Trio, askingFor } from '../support/trio.js';

const [S1, S2, S3] = [0, 1, 2];
const REST_US = 2000;

type Input = ConstructorParameters<typeof Trio>[0];

const groups = [{ name: 'G1', servers: ['S1', 'S2'], registryKeys: ['HKEY_LOCAL_MACHINE\\A'] }];

/** A cluster at rest that has two or three members. */
function formed(input: Input = {}): Trio {
  const trio = new Trio({ groups, corked: REST_US, ...input });
  trio.form();
  return trio;
}

/** S3 is gone, and S1 has committed a view without it, which S2 has not heard. */
function committed(input: Input = {}): { readonly trio: Trio; readonly commit: Commit } {
  const trio = formed(input);
  const commit = trio.passUntil([S1, S2], S1, 'commit') as Commit;
  trio.sent.length = 0;
  return { trio, commit };
}

/** S1 has ordered what somebody has asked for, and S2 and S3 have not heard that. */
function ordered(command: Command): { readonly trio: Trio; readonly append: Append } {
  const trio = formed();
  trio.engines[S1].step({ type: 'request', now: trio.now, id: 1, command }, trio.outs[S1]);
  trio.engines[S1].flush(trio.outs[S1]);
  const append = trio.said(S1, 'append') as Append;
  trio.sent.length = 0;
  return { trio, append };
}

const stop: Command = { type: 'stopGroup', group: 0 };
const says = (trio: Trio, from: number): Frame['type'][] =>
  trio.sent.filter((sent) => sent.from === from && sent.frame.type !== 'heartbeat').map(({ frame }) => frame.type);

describe('a view that loses a member', () => {
  it('is promised and answered first, and installed after the rest', () => {
    const { trio, commit } = committed();
    const before = trio.engines[S2].view;
    trio.take(S2, commit);
    expect(says(trio, S2)).toEqual(['installed', 'appendAck']);
    expect(trio.said(S2, 'appendAck')).toMatchObject({ epoch: commit.epoch, index: trio.engines[S1].state.index });
    expect(trio.disks[S2].promisedEpoch).toBe(commit.epoch);
    trio.engines[S2].flush(trio.outs[S2]);
    const { view, rests, atRest } = trio.engines[S2];
    expect({ view, rests, atRest }).toEqual({ view: before, rests: true, atRest: false });
    expect(trio.engines[S2].nextDeadline()).toBe(trio.now + REST_US);
    trio.now = micros(trio.now + REST_US);
    trio.tick(S2);
    expect(trio.engines[S2].view).toEqual({ epoch: commit.epoch, coordinator: S1 });
    expect(says(trio, S2)).toEqual(['installed', 'appendAck']);
  });

  it('is promised, and the last it was in, on disk before anybody hears of it', () => {
    const { trio, commit } = committed();
    const { epoch } = commit;
    const { send } = trio.outs[S2];
    const disks: unknown[] = [];
    trio.outs[S2].send = (to, frame) => (disks.push(trio.disks[S2]), send(to, frame));
    trio.take(S2, commit);
    const there = { promisedEpoch: epoch, epoch, members: 0b011, proposer: S1 };
    expect(disks).toEqual([expect.objectContaining(there), expect.objectContaining(there)]);
  });

  it('lets its outcome out once all have answered, installed or not', () => {
    const { trio, commit } = committed();
    const released = trio.outs.map(() => 0);
    trio.outs.forEach((out, me) => (out.released = () => (released[me] += 1)));
    trio.take(S2, commit);
    trio.deliver([S1]);
    expect(released).toEqual([1, 0, 0]);
  });

  it('is installed before any frame that comes after it', () => {
    const { trio, commit } = committed();
    trio.take(S2, commit);
    trio.take(S2, { type: 'ask', from: S3, view: { epoch: 1, coordinator: S1 } });
    expect(trio.engines[S2].view.epoch).toBe(commit.epoch);
    expect(says(trio, S2)).toEqual(['installed', 'appendAck', 'verdict']);
    expect(trio.engines[S2].rests).toBe(false);
  });

  it('is answered once where it comes over two interconnects, and once more where it comes once more', () => {
    const { trio, commit } = committed();
    trio.take(S2, commit);
    trio.take(S2, commit);
    expect(says(trio, S2)).toEqual(['installed', 'appendAck']);
    expect(trio.engines[S2].rests).toBe(true);
    trio.now = micros(trio.now + REST_US);
    trio.take(S2, commit);
    trio.take(S2, commit);
    expect(says(trio, S2)).toEqual(['installed', 'appendAck']);
    trio.tick(S2);
    trio.take(S2, commit);
    expect(says(trio, S2)).toEqual(['installed', 'appendAck', 'installed']);
  });

  it('is answered first, too, where it was promised in a round', () => {
    const { trio, commit } = committed();
    const { after: _, ...asked } = commit;
    const before = trio.engines[S2].view;
    trio.take(S2, askingFor(commit));
    trio.tick(S2);
    trio.sent.length = 0;
    trio.take(S2, { ...asked, from: S3 });
    expect(trio.engines[S2].rests).toBe(false);
    trio.tick(S2);
    trio.take(S2, asked);
    expect(says(trio, S2)).toEqual(['installed', 'appendAck']);
    expect(trio.engines[S2].rests).toBe(true);
    expect(trio.engines[S2].view).toEqual(before);
  });

  it('is entered at once where a state comes with it, or somebody else than its coordinator sends it', () => {
    const { trio, commit } = committed();
    const { after: _, ...asked } = commit;
    trio.take(S2, askingFor(commit));
    trio.tick(S2);
    const state = JSON.stringify({ state: trio.engines[S2].state, pending: [] });
    trio.take(S2, { ...asked, state });
    expect(trio.engines[S2].view.epoch).toBe(commit.epoch);
    const other = committed();
    other.trio.take(S2, { ...other.commit, entry: { ...other.commit.entry, coordinator: S2 } });
    expect(other.trio.engines[S2].view).toEqual({ epoch: other.commit.epoch, coordinator: S2 });
  });

  it('is left at once by whom it does without', () => {
    const { trio, commit } = committed();
    trio.take(S2, { ...commit, entry: { ...commit.entry, members: 0b101, down: 0b010 } });
    expect(says(trio, S2)).not.toContain('appendAck');
    expect(trio.engines[S2].rests).toBe(false);
  });

  it('is entered in the same pass by an engine that does not rest', () => {
    const { trio, commit } = committed({ corked: 0 });
    trio.take(S2, commit);
    expect(says(trio, S2)).toEqual(['installed', 'appendAck']);
    trio.engines[S2].flush(trio.outs[S2]);
    expect(trio.engines[S2].view.epoch).toBe(commit.epoch);
    expect(says(trio, S2)).toEqual(['installed', 'appendAck']);
  });

  it('is entered first by an engine that is not corked', () => {
    const { trio, commit } = committed({ corked: undefined });
    trio.take(S2, commit);
    expect(trio.engines[S2].view.epoch).toBe(commit.epoch);
  });

  it('is not answered first by who stands elsewhere, or has promised a later one', () => {
    const elsewhere = committed();
    const { after } = elsewhere.commit;
    elsewhere.trio.take(S2, { ...elsewhere.commit, after: { ...after!, index: after!.index + 1 } });
    expect(says(elsewhere.trio, S2)).toEqual([]);
    const later = committed();
    later.trio.take(S2, { ...askingFor(later.commit), epoch: later.commit.epoch + 5 });
    later.trio.tick(S2);
    later.trio.take(S2, later.commit);
    expect(says(later.trio, S2)).toEqual(['pledge', 'decline']);
  });

  it('is installed first where it also brings somebody, or something, from elsewhere', () => {
    const registry = { epoch: 9, version: 9, content: '{}' };
    const joined = [{ server: S3, incarnation: 2, returned: false }];
    for (const more of [{ joined }, { registry }, { carried: {} }]) {
      const { trio, commit } = committed();
      trio.take(S2, { ...commit, entry: { ...commit.entry, ...more } });
      expect(trio.engines[S2].view.epoch).toBe(commit.epoch);
    }
  });

  it.each(['majority', { ping: 'Witness' }] as const)('is installed first under %o', (partition) => {
    const trio = formed({ partition });
    const { send } = trio.outs[S1];
    let commit: Commit | undefined;
    trio.outs[S1].send = (to, frame) => (frame.type === 'commit' ? (commit = frame) : send(to, frame));
    for (let turn = 0; !commit && turn < 100; turn += 1) trio.pass([S1, S2]);
    trio.take(S2, commit!);
    expect(commit).toMatchObject({ entry: { members: 0b011, down: 0b100 } });
    expect(trio.engines[S2].view.epoch).toBe(commit!.epoch);
  });
});

describe('entries', () => {
  it('are answered first, and applied after the rest', () => {
    const { trio, append } = ordered(stop);
    const { index } = trio.engines[S2].state;
    trio.take(S2, append);
    expect(trio.said(S2, 'appendAck')).toMatchObject({ index: index + 1 });
    expect(trio.engines[S2].state.index).toBe(index);
    trio.now = micros(trio.now + REST_US);
    trio.tick(S2);
    expect(trio.engines[S2].state.index).toBe(index + 1);
    expect(says(trio, S2)).toEqual(['appendAck']);
  });

  it('are answered once where they come over two interconnects, and again where they come again', () => {
    const { trio, append } = ordered(stop);
    trio.take(S2, append);
    trio.take(S2, append);
    trio.engines[S2].flush(trio.outs[S2]);
    expect(says(trio, S2)).toEqual(['appendAck']);
    expect(trio.engines[S2].atRest).toBe(false);
    trio.now = micros(trio.now + REST_US);
    trio.tick(S2);
    trio.take(S2, append);
    trio.engines[S2].flush(trio.outs[S2]);
    expect(says(trio, S2)).toEqual(['appendAck', 'appendAck']);
  });

  it('are applied before others that follow them', () => {
    const { trio, append } = ordered(stop);
    const { index } = trio.engines[S2].state;
    trio.take(S2, append);
    trio.take(S2, { ...append, floor: append.floor + 1 });
    expect(trio.engines[S2].state.index).toBe(index + 1);
    expect(trio.engines[S2].rests).toBe(false);
  });

  it('are not answered first where they are not those that come next, here and now', () => {
    const wrong: ((append: Append) => Partial<Append>)[] = [
      ({ after }) => ({ after: after + 1 }),
      ({ after }) => ({ after: after - 1 }),
      ({ epoch }) => ({ epoch: epoch + 1 }),
      () => ({ from: S3 }),
      () => ({ entries: [] }),
    ];
    for (const change of wrong) {
      const { trio, append } = ordered(stop);
      trio.take(S2, { ...append, ...change(append) });
      expect(says(trio, S2)).toEqual([]);
      expect(trio.engines[S2].rests).toBe(false);
    }
  });

  it('are not taken at all by who holds still for a change of view', () => {
    const { trio, append } = ordered(stop);
    const { view: base, index } = trio.engines[S2].state;
    trio.take(S2, { type: 'propose', epoch: base.epoch + 1, from: S1, asked: 0b111, base, index, forming: false });
    trio.engines[S2].flush(trio.outs[S2]);
    trio.take(S2, append);
    trio.engines[S2].flush(trio.outs[S2]);
    expect(says(trio, S2)).toEqual(['pledge']);
  });

  it('are not taken by who has been away', () => {
    const { trio, append } = ordered(stop);
    trio.now = micros(trio.now + 60_000);
    trio.tick(S2);
    trio.take(S2, append);
    trio.engines[S2].flush(trio.outs[S2]);
    expect(says(trio, S2)).toEqual([]);
  });

  it('are not answered first after anything that is still to be concluded', () => {
    const { trio, append } = ordered(stop);
    trio.engines[S2].step({ type: 'request', now: trio.now, id: 2, command: stop }, trio.outs[S2]);
    trio.take(S2, append);
    trio.engines[S2].flush(trio.outs[S2]);
    expect(says(trio, S2).toSorted()).toEqual(['appendAck', 'submit']);
    expect(trio.engines[S2].rests).toBe(false);
  });

  it('let the clock run where it has waited for a rest already', () => {
    const { trio, append } = ordered(stop);
    trio.now = micros(trio.engines[S2].nextDeadline() + REST_US);
    trio.take(S2, append);
    expect(trio.engines[S2].rests).toBe(true);
    const late = ordered(stop);
    late.trio.now = micros(late.trio.engines[S2].nextDeadline() + REST_US + 1);
    late.trio.take(S2, late.append);
    expect(late.trio.engines[S2].rests).toBe(false);
  });

  it('are applied first where they touch the disk', () => {
    const kept: Command[] = [
      { type: 'registry', change: { change: 'createKey', key: 'HKEY_LOCAL_MACHINE\\B' } },
      { type: 'groupKeys', group: 0, keys: {} },
    ];
    for (const command of kept) {
      const { trio, append } = ordered(command);
      const { index } = trio.engines[S2].state;
      trio.take(S2, append);
      expect(trio.engines[S2].state.index).toBe(index + 1);
    }
  });

  it('are applied first where a group that takes keys along comes to be up elsewhere', () => {
    const { trio, append } = ordered({ type: 'groupKeys', group: 0, keys: {} });
    trio.take(S2, append);
    const { index } = trio.engines[S2].state;
    const command = { type: 'orderDone', group: 0, op: 1, ok: true } as const;
    const entries = [{ type: 'command', from: S1, n: 9, id: 0, command }] as const;
    trio.take(S2, { ...append, after: index, entries });
    expect(trio.engines[S2].state.index).toBe(index + 1);
  });

  it('rest no longer than until the server has to look whether its quorum still hears it', () => {
    const lonely = formed({ partition: 'majority' });
    while (lonely.engines[S2].suspects === 0) lonely.pass([S2]);
    const silent = lonely.now;
    while (lonely.engines[S2].place.phase === Phase.MEMBER) lonely.pass([S2]);
    const end = lonely.now;
    const trio = formed({ partition: 'majority', corked: 50_000 });
    while (trio.engines[S2].nextDeadline() < Math.min(silent, end)) trio.pass([S2]);
    trio.sent.length = 0;
    const { view, index } = trio.engines[S2].state;
    const entries = [{ type: 'command', from: S1, n: 9, id: 0, command: stop }] as const;
    const append = { type: 'append', epoch: view.epoch, from: S1, after: index, entries, stable: 0, floor: 0 } as const;
    trio.take(S2, append);
    expect(says(trio, S2)).toEqual(['appendAck']);
    expect(trio.engines[S2].rests).toBe(true);
    expect(trio.engines[S2].nextDeadline()).toBe(end);
  });

  it('are applied first where something is let out with them', () => {
    const { trio, append } = ordered(stop);
    const { index } = trio.engines[S2].state;
    trio.take(S2, { ...append, stable: append.stable + 1 });
    expect(trio.engines[S2].state.index).toBe(index + 1);
  });

  it('are kept for certain, and let nothing out, where the server was away before it applied them', () => {
    const { trio, append } = ordered(stop);
    let released = 0;
    trio.outs[S2].released = () => (released += 1);
    const { index } = trio.engines[S2].state;
    trio.take(S2, append);
    trio.now = micros(trio.now + 60_000);
    trio.take(S2, { ...append, after: append.after + 1, entries: [], stable: append.stable + 1 });
    trio.engines[S2].flush(trio.outs[S2]);
    expect(trio.engines[S2].state.index).toBe(index + 1);
    expect(released).toBe(0);
  });
});
