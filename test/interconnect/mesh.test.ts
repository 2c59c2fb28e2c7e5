/** Meshes: rings that do not touch each other, doorbells, and nodes that die and come back. */
import { describe, expect, it } from 'vitest';
import { Bell } from '../../src/interconnect/bell.js';
import { Mesh } from '../../src/interconnect/mesh.js';
import { MessageReader, MessageWriter } from '../../src/interconnect/messages.js';
import { newSharedMemory } from '../../src/interconnect/shared-memory.js';
import { plain, readAll, write } from './rings.js';

/** All pairs of different nodes. */
function pairs(nodes: number): [number, number][] {
  const all = Array.from({ length: nodes * nodes }, (_, n): [number, number] => [Math.floor(n / nodes), n % nodes]);
  return all.filter(([from, to]) => from !== to);
}

describe('a mesh', () => {
  it.each([1, 2, 3, 16])('of %i nodes has a ring from each to each other', (nodes) => {
    const mesh = Mesh.create(nodes, 256);
    expect(Mesh.bytes(nodes, 256)).toBe(nodes * 256 + nodes * (nodes - 1) * 512);
    const offsets = pairs(nodes).map(([from, to]) => mesh.ringOffset(from, to));
    expect(new Set(offsets).size).toBe(nodes * (nodes - 1));
    for (const [from, to] of pairs(nodes)) {
      const writer = mesh.writer(from, to);
      for (let n = 0; n < 4; n++) expect(write(writer, plain([from, to, n]))).toBe(true);
      writer.publish();
    }
    const other = new Mesh(mesh.memory, nodes, 256);
    for (const [from, to] of pairs(nodes))
      expect(readAll(other.reader(from, to))).toEqual([0, 1, 2, 3].map((n) => plain([from, to, n])));
    for (let node = 0; node < nodes; node++) expect(mesh.bell(node).read()).toBe(0);
  });

  it('is refused where there is no such mesh, ring or node', () => {
    for (const nodes of [0, 17, 1.5, NaN]) expect(() => Mesh.bytes(nodes, 256)).toThrow(RangeError);
    expect(() => Mesh.create(2, 100)).toThrow(RangeError);
    expect(() => new Mesh(newSharedMemory(Mesh.bytes(3, 65_536) - 65_536), 3, 65_536)).toThrow(RangeError);
    const mesh = Mesh.create(3, 256);
    for (const [from, to] of [
      [1, 1],
      [3, 0],
      [0, 3],
      [-1, 0],
      [0, 0.5],
    ]) {
      expect(() => mesh.writer(from, to)).toThrow(RangeError);
      expect(() => mesh.reader(from, to)).toThrow(RangeError);
    }
    expect(() => mesh.bell(3)).toThrow(RangeError);
    expect(() => mesh.resetNode(3)).toThrow(RangeError);
    expect(Mesh.bytes(2)).toBe(2 * 256 + 2 * (256 + 16_384));
  });
});

describe('a node that died', () => {
  it('comes back to empty rings, while its peers keep theirs', () => {
    const mesh = Mesh.create(3, 256);
    const toDead = mesh.writer(0, 1);
    const fromDead = mesh.reader(1, 0);
    const bystander = { writer: mesh.writer(0, 2), reader: mesh.reader(0, 2) };
    const dead = { writer: mesh.writer(1, 0), reader: mesh.reader(0, 1) };
    for (const n of [1, 2, 3, 4]) write(toDead, plain([n]));
    toDead.publish();
    expect(dead.reader.next()).toBe(true);
    write(bystander.writer, plain([20]));
    bystander.writer.publish();
    write(dead.writer, plain([10]));
    dead.writer.publish();
    write(dead.writer, plain([11]));
    mesh.bell(1).prepare();
    expect(write(toDead, plain([5]))).toBe(false);

    mesh.resetNode(1);
    expect(mesh.bell(1).ring()).toBe(false);
    const successor = { writer: mesh.writer(1, 0), reader: mesh.reader(0, 1) };
    expect(successor.reader.next()).toBe(false);
    expect(readAll(bystander.reader)).toEqual([plain([20])]);
    for (let n = 0; n < 30; n++) {
      expect(write(toDead, plain([n]))).toBe(true);
      toDead.publish();
      expect(readAll(successor.reader)).toEqual([plain([n])]);
      expect(write(successor.writer, plain([n]))).toBe(true);
      successor.writer.publish();
      // What the dead one had published arrives, what it had not never does.
      expect(readAll(fromDead)).toEqual(n === 0 ? [plain([10]), plain([0])] : [plain([n])]);
    }
    expect([fromDead.corrupt, successor.reader.corrupt]).toEqual([0, 0]);
  });

  it('may be reset at any instant of a survivor that writes', () => {
    // The steps of a survivor: between any two of them the main thread resets and the successor begins.
    for (let reset = 0; reset < 12; reset++) {
      const mesh = Mesh.create(2, 256);
      const writer = mesh.writer(0, 1);
      let reader = mesh.reader(0, 1);
      const seen: number[] = [];
      let step = 0;
      const perhaps = (): void => {
        if (step++ !== reset) return;
        mesh.resetNode(1);
        reader = mesh.reader(0, 1);
      };
      for (let n = 0; n < 4; n++) {
        const at = writer.reserve(1, 0, 0, 4, 0);
        perhaps();
        writer.i32[at] = n;
        writer.seal();
        perhaps();
        writer.publish();
        perhaps();
      }
      while (reader.next()) seen.push(reader.i32[reader.at]);
      expect(reader.corrupt).toBe(0);
      // A reset loses what was published before it, and nothing else.
      const lost = Math.floor((reset + 1) / 3);
      expect(seen).toEqual([0, 1, 2, 3].slice(lost));
    }
  });

  it('leaves half a message, which its peer drops', () => {
    const mesh = Mesh.create(2, 256);
    const survivor = new MessageReader(mesh.reader(1, 0));
    const dead = new MessageWriter(mesh.writer(1, 0));
    dead.send(1, 1, 1, new Uint8Array(500), 1);
    dead.flush();
    mesh.resetNode(1);
    const successor = new MessageWriter(mesh.writer(1, 0));
    const got: number[] = [];
    const take = (): number => survivor.drain((_kind, _ends, epoch, _stampUs, bytes) => got.push(epoch, bytes!.length));
    take();
    successor.send(1, 1, 2, new Uint8Array(9), 1);
    expect(successor.flush()).toBe(true);
    take();
    expect(got).toEqual([2, 9]);
    expect(survivor.broken).toBe(1);
  });
});

describe('a doorbell', () => {
  it('rings only for one who sleeps, and once', () => {
    const mesh = Mesh.create(2, 256);
    const [mine, theirs] = [mesh.bell(1), mesh.bell(1)];
    expect(theirs.ring()).toBe(false);
    expect(mine.read()).toBe(0);
    mine.prepare();
    expect(theirs.ring()).toBe(true);
    expect(theirs.ring()).toBe(false);
    expect(mine.read()).toBe(1);
    expect(mine.i32[mine.index]).toBe(1);
    mine.prepare();
    mine.awake();
    expect(theirs.ring()).toBe(false);
    expect(mesh.bell(0).read()).toBe(0);
  });

  it('rings in any case where it is forced', () => {
    const bell = Mesh.create(1).bell(0);
    expect(bell.ring(true)).toBe(true);
    bell.prepare();
    expect(bell.ring(true)).toBe(true);
    expect(bell.ring()).toBe(false);
    expect(bell.read()).toBe(2);
  });

  it('ends a wait that begins after it rang', () => {
    const bell = Mesh.create(1).bell(0);
    const seen = bell.read();
    bell.prepare();
    bell.ring();
    expect(Atomics.wait(bell.i32, bell.index, seen, 10_000)).toBe('not-equal');
  });

  it('says whether anybody has rung since its node was prepared', () => {
    const bell = Mesh.create(1).bell(0);
    expect(bell.prepared).toBe(false);
    bell.prepare();
    expect(bell.prepared).toBe(true);
    bell.ring();
    expect(bell.prepared).toBe(false);
    bell.prepare();
    bell.awake();
    expect(bell.prepared).toBe(false);
  });

  it('is in the memory, or is refused', () => {
    const memory = new SharedArrayBuffer(512);
    for (const offset of [320, -64, 4]) expect(() => new Bell(memory, offset)).toThrow(RangeError);
  });
});
