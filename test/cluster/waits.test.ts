/** Who waits in real time is told when it holds, at its limit, or that all is lost; and then never again. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Goal } from '../../src/cluster/backend.js';
import { Waits } from '../../src/cluster/realtime/waits.js';
import { micros, NEVER } from '../../src/model/time.js';

afterEach(() => {
  vi.useRealTimers();
});

function made(recheckMs = 20): {
  waits: Waits;
  now: () => number;
  quiet: { is: boolean };
  tell: (does: () => void) => void;
} {
  vi.useFakeTimers();
  const from = Date.now();
  const quiet = { is: false };
  const now = () => micros((Date.now() - from) * 1000);
  const reached = (goal: Goal): boolean => (goal.type === 'condition' ? goal.holds() : quiet.is);
  let news = (): void => undefined;
  const waits = new Waits({ now, reached, listen: () => news(), recheckMs });
  const tell = (does: () => void): void => {
    news = does;
  };
  return { waits, now, quiet, tell };
}

describe('a wait', () => {
  it('for an instant ends there, whatever else holds', async () => {
    const { waits, quiet } = made();
    quiet.is = true;
    const stop = waits.until({ type: 'time' }, micros(5000));
    waits.judge();
    await vi.advanceTimersByTimeAsync(4);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await stop).toEqual({ reason: 'limit', at: 5000 });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('for a condition ends when somebody says that something has changed, and it holds', async () => {
    const { waits } = made();
    let holds = false;
    const stop = waits.until({ type: 'condition', holds: () => holds }, NEVER);
    waits.judge();
    holds = true;
    await vi.advanceTimersByTimeAsync(1);
    waits.judge();
    expect(await stop).toEqual({ reason: 'reached', at: 1000 });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('for a condition is told of what came in time and had not been read at its limit', async () => {
    const { waits, tell } = made();
    let holds = false;
    const stop = waits.until({ type: 'condition', holds: () => holds }, micros(5000));
    tell(() => {
      holds = true;
    });
    await vi.advanceTimersByTimeAsync(5);
    expect(await stop).toEqual({ reason: 'reached', at: 5000 });
  });

  it('for rest asks again by itself', async () => {
    const { waits, quiet } = made(20);
    const stop = waits.until({ type: 'quiet' }, NEVER);
    await vi.advanceTimersByTimeAsync(25);
    quiet.is = true;
    await vi.advanceTimersByTimeAsync(15);
    expect(await stop).toEqual({ reason: 'reached', at: 40_000 });
  });

  it('for what holds, or until what is past, does not wait', async () => {
    const { waits } = made();
    expect(await waits.until({ type: 'condition', holds: () => true }, micros(0))).toMatchObject({ reason: 'reached' });
    expect(await waits.until({ type: 'time' }, micros(0))).toEqual({ reason: 'limit', at: 0 });
  });

  it('that cannot be judged fails alone', async () => {
    const { waits } = made();
    const bad = waits.until({ type: 'condition', holds: () => JSON.parse('{') as boolean }, NEVER);
    await expect(bad).rejects.toThrow(SyntaxError);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends for all where something has failed, and where all is over', async () => {
    const { waits } = made();
    const lost = waits.until({ type: 'time' }, NEVER);
    waits.fail(new Error('all is lost'));
    await expect(lost).rejects.toThrow('all is lost');
    const over = waits.until({ type: 'time' }, NEVER);
    waits.stop();
    expect((await over).reason).toBe('limit');
    let settled = false;
    const late = waits.until({ type: 'time' }, NEVER, { settled: () => (settled = true) });
    expect(settled).toBe(true);
    expect((await late).reason).toBe('limit');
    expect(vi.getTimerCount()).toBe(0);
  });
});
