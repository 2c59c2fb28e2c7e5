/**
 * How what servers say to each other becomes bytes, and bytes what they say.
 *
 * A heartbeat has a fixed layout of words, because it is sent and read millions of times; control frames are few and
 * differ in shape, so they travel as JSON. The rings below know nothing of either.
 *
 *     word  0        1            2      3      4            5        6         7
 *           from     incarnation  phase  epoch  coordinator  applied  suspects  -
 *     float 4 (word 8)  5           6 ... 6 + servers - 1
 *           bootedAt    sentAt      heard of each server
 */
import type { ControlFrame, Heartbeat, Phase } from '../failover/frames.js';
import { micros } from '../model/time.js';

const FLOATS_FROM = 4;
const HEARD_FROM = FLOATS_FROM + 2;

/** Bytes of a heartbeat in a cluster of that many servers. */
export function beatBytes(servers: number): number {
  return 8 * (HEARD_FROM + servers);
}

/** Writes a heartbeat from word `at` on; `at` is even, and both views look at the same memory. */
export function writeBeat(i32: Int32Array, f64: Float64Array, at: number, beat: Heartbeat): void {
  i32[at] = beat.from;
  i32[at + 1] = beat.incarnation;
  i32[at + 2] = beat.phase;
  i32[at + 3] = beat.epoch;
  i32[at + 4] = beat.coordinator;
  i32[at + 5] = beat.applied;
  i32[at + 6] = beat.suspects;
  i32[at + 7] = 0;
  const floats = (at >> 1) + FLOATS_FROM;
  f64[floats] = beat.bootedAt;
  f64[floats + 1] = beat.sentAt;
  for (let server = 0; server < beat.heard.length; server += 1) f64[floats + 2 + server] = beat.heard[server];
}

/** A heartbeat that is filled anew with each one that arrives; whoever wants to keep anything of it copies that. */
export type ReusedBeat = { -readonly [name in keyof Heartbeat]: Heartbeat[name] } & { heard: number[] };

/** One to be filled, in a cluster of that many servers. */
export function blankBeat(servers: number): ReusedBeat {
  return {
    type: 'heartbeat',
    from: 0,
    incarnation: 0,
    phase: 0,
    epoch: 0,
    coordinator: 0,
    applied: 0,
    suspects: 0,
    heard: new Array<number>(servers).fill(0),
    bootedAt: micros(0),
    sentAt: micros(0),
  };
}

/** Reads the heartbeat from word `at` on into that one, and answers it: what arrives all the time leaves no garbage. */
export function readBeat(beat: ReusedBeat, i32: Int32Array, f64: Float64Array, at: number): ReusedBeat {
  const floats = (at >> 1) + FLOATS_FROM;
  const { heard } = beat;
  beat.from = i32[at];
  beat.incarnation = i32[at + 1];
  beat.phase = i32[at + 2] as Phase;
  beat.epoch = i32[at + 3];
  beat.coordinator = i32[at + 4];
  beat.applied = i32[at + 5];
  beat.suspects = i32[at + 6];
  beat.bootedAt = micros(f64[floats]);
  beat.sentAt = micros(f64[floats + 1]);
  for (let server = 0; server < heard.length; server += 1) heard[server] = f64[floats + 2 + server];
  return beat;
}

/** A heartbeat as bytes of its own. */
export function beatToBytes(beat: Heartbeat): Uint8Array {
  const floats = new Float64Array(beatBytes(beat.heard.length) / 8);
  writeBeat(new Int32Array(floats.buffer), floats, 0, beat);
  return new Uint8Array(floats.buffer);
}

/** The heartbeat in bytes that are nothing else. */
export function beatFromBytes({ buffer }: Uint8Array): Heartbeat {
  const floats = new Float64Array(buffer);
  return readBeat(blankBeat(floats.length - HEARD_FROM), new Int32Array(buffer), floats, 0);
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Anything that is plain data, as bytes. */
export function toBytes(value: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

/** The plain data in these bytes; whoever reads them knows what was written. */
export function fromBytes(bytes: Uint8Array): unknown {
  return JSON.parse(decoder.decode(bytes));
}

/** A control frame from the bytes of one. */
export function readControl(bytes: Uint8Array): ControlFrame {
  return fromBytes(bytes) as ControlFrame;
}
