/**
 * The trace's lines get time and number, a step comes before what it sets off, and the hash is what docs/scenarios.md says:
 * SHA-256 over the lines after the first, the end line excluded. Users compare it between versions: it is pinned here.
 */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Recorder } from '../../src/cluster/recorder.js';
import { micros } from '../../src/model/time.js';
import type { RunLine, TraceLine } from '../../src/model/trace.js';

const run: RunLine = { kind: 'run', schema: 1, scenario: 's', seed: 7, backend: 'inline', version: '1.2.3' };
const warning = (text: string) => ({ kind: 'warning', text }) as const;
const step = { kind: 'step', step: 'crash', target: 'S1' } as const;

function recorder(first: RunLine = run): {
  recorder: Recorder;
  lines: TraceLine[];
  errors: unknown[];
  clock: { now: number };
} {
  const clock = { now: 0 };
  const errors: unknown[] = [];
  const lines: TraceLine[] = [];
  const made = new Recorder(
    () => micros(clock.now),
    [first],
    (error) => errors.push(error),
  );
  made.listen((line) => lines.push(line));
  return { recorder: made, lines, errors, clock };
}

describe('the recorder', () => {
  it('writes the run line first, when there is something to write, and numbers all lines', () => {
    const { recorder: it, lines, clock } = recorder();
    expect([lines.length, it.count]).toEqual([0, 0]);
    it.write(warning('a'));
    clock.now = 1_500_000;
    it.write(warning('b'));
    expect(lines).toEqual([
      { t: 0, seq: 0, ...run },
      { t: 0, seq: 1, kind: 'warning', text: 'a' },
      { t: 1_500_000, seq: 2, kind: 'warning', text: 'b' },
    ]);
    expect([it.count, it.lastAt]).toEqual([3, 1_500_000]);
  });

  it('puts the keys in the order of the contract', () => {
    const { recorder: it, lines } = recorder();
    it.write({
      kind: 'event',
      cluster: 'C',
      epoch: 3,
      coordinator: 'S2',
      id: 7,
      code: 'ARM_EVENT_DOWN',
      source: 'S1',
      src: '',
      dst: '',
    });
    expect(JSON.stringify(lines[1])).toBe(
      '{"t":0,"seq":1,"kind":"event","cluster":"C","epoch":3,"coordinator":"S2","id":7,"code":"ARM_EVENT_DOWN","source":"S1","src":"","dst":""}',
    );
  });

  it('writes a step before what it set off, though its outcome is known only then', () => {
    const { recorder: it, lines } = recorder();
    it.hold();
    it.write(warning('set off'));
    it.release(step);
    it.write(warning('later'));
    expect(lines.map((line) => ('text' in line ? line.text : line.kind))).toEqual(['run', 'step', 'set off', 'later']);
  });

  it('stops telling who no longer listens', () => {
    const { recorder: it } = recorder();
    const heard: TraceLine[] = [];
    const stop = it.listen((line) => heard.push(line));
    it.write(warning('a'));
    stop();
    it.write(warning('b'));
    expect(heard).toHaveLength(2);
  });
});

describe('who listens', () => {
  it('hears of nothing in the middle of a step, and of all at its end', () => {
    const { recorder: it, lines } = recorder();
    it.enter();
    it.write(warning('a'));
    it.enter();
    it.write(warning('b'));
    it.leave();
    expect(lines).toEqual([]);
    it.leave();
    expect(lines.map(({ seq }) => seq)).toEqual([0, 1, 2]);
  });

  it('may bring more lines, which come after those that were there', () => {
    const { recorder: it, lines } = recorder();
    const stop = it.listen((line) => {
      if (line.kind !== 'warning') return;
      stop();
      expect(it.isTelling).toBe(true);
      it.enter();
      it.write(warning('c'));
      it.leave();
    });
    it.enter();
    it.write(warning('a'));
    it.write(warning('b'));
    it.leave();
    expect(lines.map((line) => ('text' in line ? line.text : line.kind))).toEqual(['run', 'a', 'b', 'c']);
    expect(it.isTelling).toBe(false);
  });

  it('and fails keeps nobody from hearing the next line', () => {
    const { recorder: it, lines, errors } = recorder();
    const later: number[] = [];
    it.listen((line) => {
      if (line.kind === 'warning' && line.text === 'a') throw new Error('so not');
    });
    it.listen(({ seq }) => later.push(seq));
    it.write(warning('a'));
    it.write(warning('b'));
    expect(errors).toEqual([new Error('so not')]);
    expect(lines).toHaveLength(3);
    expect(later).toEqual([0, 1, 2]);
  });

  it('from the middle of what is told on hears what is written from then on', () => {
    const { recorder: it } = recorder();
    const heard: number[] = [];
    const stop = it.listen(({ seq }) => {
      if (seq !== 1) return;
      stop();
      it.listen((line) => heard.push(line.seq));
      it.write(warning('d'));
    });
    it.enter();
    for (const text of ['a', 'b', 'c']) it.write(warning(text));
    it.leave();
    expect(heard).toEqual([4]);
  });
});

describe('the hash', () => {
  it('is over what there is at first, where nothing happens', () => {
    const { recorder: nothing } = recorder();
    const made = new Recorder(
      () => micros(0),
      [run, warning('there')],
      () => undefined,
    );
    made.begin();
    made.begin();
    expect(made.count).toBe(2);
    expect(made.hash()).not.toBe(nothing.hash());
  });

  it('is SHA-256 over every line after the first, each as JSON with a line feed, the end line excluded', () => {
    const { recorder: it, lines } = recorder();
    it.write(warning('a'));
    it.write(step);
    const text = lines
      .slice(1)
      .map((line) => `${JSON.stringify(line)}\n`)
      .join('');
    const hash = createHash('sha256').update(text).digest('hex');
    expect(it.hash()).toBe(hash);
    it.write({ kind: 'end', ok: true, hash });
    expect(it.hash()).toBe(hash);
  });

  it('of a known trace is a known one', () => {
    const { recorder: it } = recorder();
    it.write(warning('a'));
    it.write(step);
    expect(it.hash()).toBe('ea4ae18915a921dfe27e945db64ee3e6d647755dcaceacbce0f30a44e7dbdcf3');
  });

  it('depends neither on the backend nor on name, seed and version of the run', () => {
    const { recorder: one } = recorder();
    const { recorder: other } = recorder({ ...run, backend: 'lockstep', seed: 8, version: '2.0.0', scenario: 't' });
    for (const it of [one, other]) it.write(warning('a'));
    expect(one.hash()).toBe(other.hash());
  });

  it('differs where a text, a time or the order does', () => {
    const hashOf = (write: (it: Recorder, clock: { now: number }) => void): string => {
      const { recorder: it, clock } = recorder();
      write(it, clock);
      return it.hash();
    };
    const hashes = [
      hashOf((it) => it.write(warning('a'))),
      hashOf((it) => it.write(warning('b'))),
      hashOf((it, clock) => {
        clock.now = 1;
        it.write(warning('a'));
      }),
      hashOf((it) => {
        it.write(warning('a'));
        it.write(warning('b'));
      }),
      hashOf((it) => {
        it.write(warning('b'));
        it.write(warning('a'));
      }),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});
