/** What a server shows on its board is what whoever looks sees. */
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../src/failover/engine.js';
import { Phase } from '../../src/failover/frames.js';
import { micros } from '../../src/model/time.js';
import { boardBytes, StatusBoard, StatusGlass } from '../../src/node/realtime/status.js';

function engine(flags: { coordinates: boolean; held: boolean; atRest: boolean }): Engine {
  const { coordinates, held, atRest } = flags;
  const state = { view: { epoch: 0x7fff_fff0, coordinator: 15 }, members: 0xffff, index: 77 };
  return {
    place: { phase: Phase.MEMBER, coordinates, held, ending: false },
    state,
    suspects: 0x8001,
    atRest,
  } as unknown as Engine;
}

describe('a status board', () => {
  it('shows nothing before its server has said something', () => {
    const memory = new SharedArrayBuffer(boardBytes(2));
    expect(new StatusGlass(memory, 0).look()).toBeUndefined();
    new StatusBoard(memory, 1).show(engine({ coordinates: true, held: false, atRest: true }), 1, micros(1));
    expect(new StatusGlass(memory, 0).look()).toBeUndefined();
    expect(new StatusGlass(memory, 1).look()).toBeDefined();
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7])('shows what was said last, with flags %i', (bits) => {
    const memory = new SharedArrayBuffer(boardBytes(16));
    const board = new StatusBoard(memory, 15);
    const glass = new StatusGlass(memory, 15);
    const flags = { coordinates: (bits & 1) !== 0, held: (bits & 2) !== 0, atRest: (bits & 4) !== 0 };
    board.show(engine({ coordinates: true, held: true, atRest: false }), 1, micros(1));
    board.show(engine(flags), 3, micros(8_640_000_000_123));
    expect(glass.look()).toEqual({
      phase: Phase.MEMBER,
      incarnation: 3,
      epoch: 0x7fff_fff0,
      coordinator: 15,
      members: 0xffff,
      applied: 77,
      suspects: 0x8001,
      coordinates: flags.coordinates,
      changing: flags.held,
      atRest: flags.atRest,
      at: 8_640_000_000_123,
    });
    // A successor goes on where a killed one stopped.
    new StatusBoard(memory, 15).show(engine(flags), 4, micros(5));
    expect(glass.look()).toMatchObject({ incarnation: 4, at: 5 });
  });
});
