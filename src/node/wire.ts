/**
 * How what servers say to each other becomes bytes, and bytes what they say.
 *
 * A heartbeat has a fixed layout of words, because it is sent and read millions of times; control frames are few and
 * differ in shape, so they travel as JSON. The rings below know nothing of either.
 *
 *     word  0            1      2        3
 *           incarnation  epoch  applied  coordinator, phase, from, suspects
 *     float 2 (word 4)   3       4 ...
 *           bootedAt     sentAt  heard
 *
 *              31         24 23     20 19     16 15                           0
 *     word 3  |  coordinator |  phase  |  from   |          suspects          |
 *
 * Of what the sender has heard, a receiver needs to know about itself alone. So a heartbeat in a ring has one number for
 * that, which is its receiver's: with the ring's header it takes one cache line. One that goes to several has a number for
 * each server.
 */
import type { ControlFrame, Heartbeat, Phase } from '../failover/frames.js';
import { micros } from '../model/time.js';

const FLOATS_FROM = 2;
const HEARD_FROM = FLOATS_FROM + 2;
const PHASE_MASK = 0xf;
const FROM_MASK = 0xf;
const SUSPECTS_MASK = 0xffff;

/** Bytes of a heartbeat for one receiver. */
export const BEAT_BYTES = 8 * (HEARD_FROM + 1);

/** Writes a heartbeat for one receiver from word `at` on; `at` is even, and both views look at the same memory. */
export function writeBeat(i32: Int32Array, f64: Float64Array, at: number, beat: Heartbeat, to: number): void {
  writeFixed(i32, f64, at, beat);
  f64[(at >> 1) + HEARD_FROM] = beat.heard[to];
}

function writeFixed(i32: Int32Array, f64: Float64Array, at: number, beat: Heartbeat): void {
  i32[at] = beat.incarnation;
  i32[at + 1] = beat.epoch;
  i32[at + 2] = beat.applied;
  i32[at + 3] = (beat.coordinator << 24) | (beat.phase << 20) | (beat.from << 16) | beat.suspects;
  const floats = (at >> 1) + FLOATS_FROM;
  f64[floats] = beat.bootedAt;
  f64[floats + 1] = beat.sentAt;
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

/**
 * Reads the heartbeat for one receiver from word `at` on into that one, and answers it: what arrives all the time leaves
 * no garbage. What the sender has heard of others stays as it is.
 */
export function readBeat(beat: ReusedBeat, i32: Int32Array, f64: Float64Array, at: number, to: number): ReusedBeat {
  readFixed(beat, i32, f64, at);
  beat.heard[to] = f64[(at >> 1) + HEARD_FROM];
  return beat;
}

function readFixed(beat: ReusedBeat, i32: Int32Array, f64: Float64Array, at: number): void {
  const word3 = i32[at + 3];
  const floats = (at >> 1) + FLOATS_FROM;
  beat.incarnation = i32[at];
  beat.epoch = i32[at + 1];
  beat.applied = i32[at + 2];
  beat.coordinator = word3 >> 24;
  beat.phase = ((word3 >>> 20) & PHASE_MASK) as Phase;
  beat.from = (word3 >>> 16) & FROM_MASK;
  beat.suspects = word3 & SUSPECTS_MASK;
  beat.bootedAt = micros(f64[floats]);
  beat.sentAt = micros(f64[floats + 1]);
}

/** A heartbeat for several receivers, as bytes of its own. */
export function beatToBytes(beat: Heartbeat): Uint8Array {
  const floats = new Float64Array(HEARD_FROM + beat.heard.length);
  writeFixed(new Int32Array(floats.buffer), floats, 0, beat);
  floats.set(beat.heard, HEARD_FROM);
  return new Uint8Array(floats.buffer);
}

/** The heartbeat in bytes that are nothing else. */
export function beatFromBytes({ buffer }: Uint8Array): Heartbeat {
  const floats = new Float64Array(buffer);
  const beat = blankBeat(0);
  readFixed(beat, new Int32Array(buffer), floats, 0);
  beat.heard = [...floats.subarray(HEARD_FROM)];
  return beat;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A text as bytes. */
export function bytesOf(text: string): Uint8Array {
  return encoder.encode(text);
}

/** The text in these bytes. */
export function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** Anything that is plain data, as bytes. */
export function toBytes(value: unknown): Uint8Array {
  return bytesOf(JSON.stringify(value));
}

/** The plain data in these bytes; whoever reads them knows what was written. */
export function fromBytes(bytes: Uint8Array): unknown {
  return JSON.parse(textOf(bytes));
}

/** A control frame from the bytes of one. */
export function readControl(bytes: Uint8Array): ControlFrame {
  return fromBytes(bytes) as ControlFrame;
}
