/** The switches of servers: power, hang, watchdog, each by itself. */
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { micros, NEVER } from '../../src/model/time.js';
import { Switches } from '../../src/node/realtime/switches.js';

const made = (): { switches: Switches; memory: SharedArrayBuffer } => {
  const memory = new SharedArrayBuffer(Switches.bytes(3));
  return { switches: new Switches(memory), memory };
};

describe('power', () => {
  it('says which incarnation runs, and which is gone; each server has its own', () => {
    const { switches, memory } = made();
    switches.setPower(1, 4);
    expect([0, 1, 2].map((server) => new Switches(memory).power(server))).toEqual([0, 4, 0]);
    switches.setPower(1, -4);
    expect(switches.power(1)).toBe(-4);
  });

  it('that goes stops the watchdog and lets nobody run on who hangs; power that comes ends the hang', () => {
    const { switches } = made();
    switches.hang(2, 'loop');
    switches.windUp(2, micros(5000), micros(0));
    switches.setPower(2, 0);
    expect(switches.hangs(2)).toBe(true);
    expect(switches.watchdogInMs(2, micros(0))).toBe(Infinity);
    switches.setPower(2, 1);
    expect(switches.hangs(2)).toBe(false);
    expect(switches.hangHere(2)).toBe(false);
  });
});

describe('the count of changes of power', () => {
  it('grows with each change of any, and with nothing else', () => {
    const { switches, memory } = made();
    const seen = (): number => new Switches(memory).powerChanges();
    const counts = [seen()];
    for (const [server, power] of [
      [0, 1],
      [2, 1],
      [2, 0],
      [2, -1],
    ]) {
      switches.setPower(server, power);
      counts.push(seen());
    }
    expect(counts).toEqual([0, 1, 2, 3, 4]);
    switches.hang(0, 'wait');
    switches.go(0);
    for (const server of [0, 1, 2]) switches.windUp(server, micros(5000), micros(0));
    expect([seen(), ...[0, 1, 2].map((server) => switches.power(server))]).toEqual([4, 1, 0, -1]);
  });
});

describe('a watchdog', () => {
  const NOW = micros(0);

  it('goes off at a whole millisecond, never too early', () => {
    const { switches } = made();
    expect(switches.watchdogInMs(0, NOW)).toBe(Infinity);
    switches.setPower(0, 1);
    switches.windUp(0, micros(5000), NOW);
    expect([0, 1, 4999, 5000, 5001].map((us) => switches.watchdogInMs(0, micros(us)))).toEqual([5, 5, 1, 0, 0]);
    switches.windUp(0, micros(5001), NOW);
    expect(switches.watchdogInMs(0, NOW)).toBe(6);
    switches.windUp(0, NEVER, NOW);
    expect(switches.watchdogInMs(0, NOW)).toBe(Infinity);
  });

  it.each([2 ** 31, 2 ** 32, 3 * 2 ** 32])('goes off in time also %d milliseconds after the run began', (ms) => {
    const { switches } = made();
    for (const leftMs of [-1, 0, 1, 2]) {
      const now = micros((ms - leftMs) * 1000);
      switches.windUp(0, micros(ms * 1000 + 5000), now);
      expect(switches.watchdogInMs(0, now)).toBe(leftMs + 5);
      expect(switches.watchdogInMs(0, micros(now + 86_400_000_000))).toBeLessThan(0);
    }
    // The instant that would be told as never.
    switches.windUp(0, micros(ms * 1000), micros(ms * 1000));
    expect([0, 1]).toContain(switches.watchdogInMs(0, micros(ms * 1000)));
  });

  it('that is past when it is wound up goes off at once, however long ago that was', () => {
    const { switches } = made();
    const now = micros(2 ** 31 * 1000 + 5_000_000);
    switches.windUp(0, micros(400_000), now);
    expect(switches.watchdogInMs(0, now)).toBe(0);
  });
});

describe('a hang', () => {
  it.each(['wait', 'loop'] as const)('of kind %s holds a thread until it is let go', async (how) => {
    const { switches, memory } = made();
    switches.hang(1, how);
    expect(switches.hangHere(0)).toBe(false);
    const code = `
      const { parentPort, workerData } = require('node:worker_threads');
      import(workerData.url).then(({ Switches }) => {
        parentPort.postMessage('before');
        parentPort.postMessage(new Switches(workerData.memory).hangHere(1));
      });`;
    const url = new URL('../../dist/node/realtime/switches.js', import.meta.url).href;
    const worker = new Worker(code, { eval: true, workerData: { url, memory } });
    const said: unknown[] = [];
    const over = new Promise((resolve) => worker.on('exit', resolve));
    await new Promise<void>((resolve) => {
      worker.on('message', (message) => {
        said.push(message);
        resolve();
      });
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(said).toEqual(['before']);
    switches.go(1);
    await over;
    expect(said).toEqual(['before', true]);
  });
});
