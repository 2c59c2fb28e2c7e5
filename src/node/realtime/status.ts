/**
 * What a server shows of itself on its status board: any thread reads it at any time, without asking.
 *
 *     word 0 phase   1 incarnation   2 epoch   3 coordinator   4 members   5 applied   6 suspects
 *     word 7 flags: 1 coordinates, 2 holds still for a change of view, 4 nothing under way
 *     words 8, 9 the beginning of the pass that wrote it, in whole microseconds, as one Float64
 */
import type { Engine } from '../../failover/engine.js';
import type { Phase } from '../../failover/frames.js';
import { StatusReader, StatusWriter, statusBytes } from '../../interconnect/seqlock.js';
import { type Micros, micros } from '../../model/time.js';

const WORDS = 10;

/** One server's own account of itself. */
export interface Glance {
  /** 0: looks for a cluster. 1: member of a view. 2: cut off from the cluster. */
  readonly phase: Phase;
  /** How often it has been switched on, this time included. */
  readonly incarnation: number;
  /** Of its view. */
  readonly epoch: number;
  /** Position of its view's coordinator; -1 without a view. */
  readonly coordinator: number;
  /** Its view's members as a bit mask. */
  readonly members: number;
  /** Entries of the agreed log that it has applied. */
  readonly applied: number;
  /** Whom it has heard once and hears no more, as a bit mask. */
  readonly suspects: number;
  /** It is the coordinator of its view. */
  readonly coordinates: boolean;
  /** It holds still for a change of view. */
  readonly changing: boolean;
  /** It has nothing under way. */
  readonly atRest: boolean;
  /**
   * When it wrote this, by the run's clock: at its last heartbeat, or in a calm with intervals of 4 ms and less at the
   * last at which it read those of the others, up to 8 ms before.
   */
  readonly at: Micros;
}

/** Bytes of the boards of all servers. */
export function boardBytes(servers: number): number {
  return servers * statusBytes(WORDS);
}

export class StatusBoard {
  private readonly writer: StatusWriter;

  constructor(memory: SharedArrayBuffer, server: number) {
    this.writer = new StatusWriter(memory, server * statusBytes(WORDS), WORDS);
  }

  show(engine: Engine, incarnation: number, now: Micros): void {
    const { place, state, suspects } = engine;
    const flags = (place.coordinates ? 1 : 0) | (place.held ? 2 : 0) | (engine.atRest ? 4 : 0);
    this.writer.write((i32, at) => {
      i32[at] = place.phase;
      i32[at + 1] = incarnation;
      i32[at + 2] = state.view.epoch;
      i32[at + 3] = state.view.coordinator;
      i32[at + 4] = state.members;
      i32[at + 5] = state.index;
      i32[at + 6] = suspects;
      i32[at + 7] = flags;
      this.writer.f64[(at + 8) / 2] = now;
    });
  }
}

export class StatusGlass {
  private readonly reader: StatusReader;
  private readonly words = new Int32Array(WORDS);
  private readonly floats = new Float64Array(this.words.buffer);

  constructor(memory: SharedArrayBuffer, server: number) {
    this.reader = new StatusReader(memory, server * statusBytes(WORDS), WORDS);
  }

  /** What the server wrote last; undefined where it has written nothing yet. */
  look(): Glance | undefined {
    const { words } = this;
    if (!this.reader.read(words)) return undefined;
    return {
      phase: words[0] as Phase,
      incarnation: words[1],
      epoch: words[2],
      coordinator: words[3],
      members: words[4],
      applied: words[5],
      suspects: words[6],
      coordinates: (words[7] & 1) !== 0,
      changing: (words[7] & 2) !== 0,
      atRest: (words[7] & 4) !== 0,
      at: micros(this.floats[4]),
    };
  }
}
