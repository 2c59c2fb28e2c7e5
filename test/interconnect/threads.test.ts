/**
 * Real threads over one mesh: what one sends another receives, whoever is killed in the middle. The threads run what is
 * in dist/: build before.
 */
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { Mesh } from '../../src/interconnect/mesh.js';
import { MessageReader, MessageWriter } from '../../src/interconnect/messages.js';
import { statusBytes, StatusReader } from '../../src/interconnect/seqlock.js';

const DIST = new URL('../../dist/interconnect/', import.meta.url).href;
const STATUS_WORDS = 256;
const MAIN = 0;
const PEER = 1;

/** Begins every worker: the room's classes, and the mesh. */
const PREAMBLE = `
  const { workerData } = require('node:worker_threads');
  const start = async (run) => {
    const { Mesh } = await import(workerData.dist + 'mesh.js');
    const { MessageReader, MessageWriter } = await import(workerData.dist + 'messages.js');
    const { StatusWriter } = await import(workerData.dist + 'seqlock.js');
    const mesh = new Mesh(workerData.memory, 2, workerData.capacity);
    run({ mesh, MessageReader, MessageWriter, StatusWriter, ...workerData });
  };
`;

/** Sends back every message it gets, and waits at its bell where there is none; an empty one ends it. */
const ECHO = `${PREAMBLE}
  start(({ mesh, MessageReader, MessageWriter }) => {
    const reader = new MessageReader(mesh.reader(0, 1));
    const writer = new MessageWriter(mesh.writer(1, 0));
    const [mine, theirs] = [mesh.bell(1), mesh.bell(0)];
    let over = false;
    const take = (kind, ends, epoch, stampUs, bytes) => {
      if (bytes.length === 0) over = true;
      writer.send(kind, 0x0001, epoch, bytes, stampUs);
    };
    while (!over || writer.waiting > 0) {
      const seen = mine.read();
      mine.prepare();
      const busy = reader.drain(take) > 0;
      writer.flush();
      theirs.ring();
      if (!busy && !over) Atomics.wait(mine.i32, mine.index, seen, writer.waiting > 0 ? 1 : 1000);
      mine.awake();
    }
  });
`;

/** Sends heartbeats, messages and statuses as fast as it can, until it is killed. */
const FLOOD = `${PREAMBLE}
  start(({ mesh, MessageWriter, StatusWriter, status, words, epoch }) => {
    const ring = mesh.writer(1, 0);
    const writer = new MessageWriter(ring);
    const board = new StatusWriter(status, 0, words);
    for (let n = 1; ; n = (n + 1) | 0) {
      const size = (n % 10) * 4;
      const at = ring.reserve(1, 0x0001, epoch, size, n);
      if (at >= 0) {
        for (let i = 0; i < size / 4; i++) ring.i32[at + i] = n;
        ring.seal();
      }
      if (n % 7 === 0 && writer.waiting === 0)
        writer.send(2, 0x0001, epoch, new Uint8Array((n * 13) % 700).fill(n & 0xff), n);
      writer.flush();
      board.write((i32, at) => i32.fill(n, at, at + words));
    }
  });
`;

const workers: Worker[] = [];

function start(code: string, data: object): Worker {
  const worker = new Worker(code, { eval: true, workerData: { dist: DIST, ...data } });
  workers.push(worker);
  return worker;
}

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.terminate()));
});

const ended = (worker: Worker): Promise<unknown> => new Promise((resolve) => worker.once('exit', resolve));
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('two threads', () => {
  it('send each other messages of all sizes, and lose none', async () => {
    const mesh = Mesh.create(2, 4096);
    const echo = start(ECHO, { memory: mesh.memory, capacity: 4096 });
    const over = ended(echo);
    const writer = new MessageWriter(mesh.writer(MAIN, PEER));
    const ring = mesh.reader(PEER, MAIN);
    const reader = new MessageReader(ring);
    const bell = mesh.bell(PEER);
    const sizes = Array.from({ length: 3000 }, (_, n) => (n % 50 === 0 ? 20_000 + n : 1 + ((n * 31) % 300)));
    sizes.push(0);
    const contents = (n: number): Uint8Array => new Uint8Array(sizes[n]).fill(n & 0xff);
    let [sent, got] = [0, 0];
    while (got < sizes.length) {
      for (; sent < sizes.length && writer.waiting === 0; sent++)
        writer.send(sent & 63, 0x0100, sent & 0xffff, contents(sent), sent);
      writer.flush();
      bell.ring();
      reader.drain((kind, ends, epoch, stampUs, bytes) => {
        expect([kind, ends, epoch, stampUs]).toEqual([got & 63, 0x0001, got & 0xffff, got]);
        if (Buffer.compare(bytes!, contents(got)) !== 0) expect(bytes).toEqual(contents(got));
        got++;
      });
      await turn();
    }
    expect(await over).toBe(0);
    expect([reader.broken, ring.corrupt, writer.waiting]).toEqual([0, 0, 0]);
  });

  it('survive each other: one is killed over and over in the middle of writing', async () => {
    const capacity = 1024;
    const mesh = Mesh.create(2, capacity);
    const status = new SharedArrayBuffer(statusBytes(STATUS_WORDS));
    const board = new StatusReader(status, 0, STATUS_WORDS);
    const ring = mesh.reader(PEER, MAIN);
    const reader = new MessageReader(ring);
    const into = new Int32Array(STATUS_WORDS);
    const kills = 8;
    for (let epoch = 1; epoch <= kills; epoch++) {
      const flood = start(FLOOD, { memory: mesh.memory, capacity, status, words: STATUS_WORDS, epoch });
      let [fresh, statuses, last] = [0, 0, 0];
      const look = (): void => {
        reader.drain((kind, ends, frameEpoch, stampUs, bytes, { i32, at, payloadBytes }) => {
          expect(ends).toBe(0x0001);
          // What the one before had published may still come, but nothing of it after the first of this one.
          if (frameEpoch !== epoch) expect([frameEpoch, fresh]).toEqual([epoch - 1, 0]);
          else fresh++;
          if (kind === 2) {
            expect(bytes!.length).toBe((stampUs * 13) % 700);
            expect(bytes!.every((byte) => byte === (stampUs & 0xff))).toBe(true);
          } else {
            expect(payloadBytes).toBe((stampUs % 10) * 4);
            for (let i = 0; i < payloadBytes / 4; i++) expect(i32[at + i]).toBe(stampUs);
            if (frameEpoch === epoch) {
              expect(stampUs).toBeGreaterThan(last);
              last = stampUs;
            }
          }
        });
        for (let times = 0; times < 20; times++) {
          if (!board.read(into)) continue;
          statuses++;
          if (into.some((word) => word !== into[0])) expect(new Set(into).size).toBe(1);
        }
      };
      while (fresh < 100 + epoch * 17 || statuses < 10) {
        look();
        await turn();
      }
      await flood.terminate();
      mesh.resetNode(PEER);
      // A killed writer never keeps a reader from the last status.
      expect(board.read(into)).toBe(true);
    }
    expect(ring.corrupt).toBe(0);
    expect(reader.broken).toBeLessThanOrEqual(kills);
  });
});
