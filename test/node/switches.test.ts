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
    switches.windUp(2, micros(5000));
    switches.setPower(2, 0);
    expect(switches.hangs(2)).toBe(true);
    expect(switches.watchdogMs(2)).toBe(Infinity);
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
    for (const server of [0, 1, 2]) switches.windUp(server, micros(5000));
    expect([seen(), ...[0, 1, 2].map((server) => switches.power(server))]).toEqual([4, 1, 0, -1]);
  });
});

describe('a watchdog', () => {
  it('goes off at a whole millisecond, never too early', () => {
    const { switches } = made();
    switches.setPower(0, 1);
    switches.windUp(0, micros(5000));
    expect(switches.watchdogMs(0)).toBe(5);
    switches.windUp(0, micros(5001));
    expect(switches.watchdogMs(0)).toBe(6);
    switches.windUp(0, NEVER);
    expect(switches.watchdogMs(0)).toBe(Infinity);
    switches.windUp(0, micros(1e16));
    expect(switches.watchdogMs(0)).toBe(Infinity);
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
