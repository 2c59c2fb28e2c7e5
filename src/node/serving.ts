/**
 * What a server's thread does the same way in virtual and in real time: it tells the main thread, however long that takes,
 * and says so if it fails.
 */
import { misplaced } from '../failover/invariants/placement.js';
import type { Durable } from '../failover/frames.js';
import type { ClusterDefinition } from '../model/definition.js';
import { Kind, type Line, LineEnd } from './channel.js';
import type { EffectRecord } from './effects.js';
import { waitFor } from './realtime/waiting.js';
import { toBytes } from './wire.js';

/** How long a thread that has failed waits for room to say why: as long as a busy main thread may take to read. */
const LAST_WORD_MS = 30_000;

/** What every server's thread is started with. */
export interface ServerBoot {
  readonly line: Line;
  readonly definition: ClusterDefinition;
  readonly me: number;
  readonly incarnation: number;
  readonly durable: Durable;
  /** Check where groups are sent. */
  readonly audit: boolean;
}

/** The audit of an engine whose findings are written among its effects. */
export function recordingAudit(write: (record: EffectRecord) => void): typeof misplaced {
  return (...args) => {
    const wrong = misplaced(...args);
    if (wrong !== undefined) write(['misplaced', wrong]);
    return wrong;
  };
}

/**
 * Sends a message up. The main thread makes room as it reads; until all is out this thread stands still, for nothing that
 * it told may be lost.
 */
export function sendUp(end: LineEnd, kind: number, bytes: Uint8Array, stampUs: number): void {
  end.send(kind, bytes, stampUs);
  end.flush();
  waitUntilOut(end);
}

/**
 * The same, but the main thread is not woken for it: it is there when that looks the next time, or when it looks what a
 * thread that was killed has left behind.
 */
export function layUp(end: LineEnd, kind: number, bytes: Uint8Array, stampUs: number): void {
  end.send(kind, bytes, stampUs);
  end.publish();
  waitUntilOut(end);
}

function waitUntilOut(end: LineEnd, limitMs = Infinity): void {
  if (end.waiting === 0) return;
  const isOut = (): boolean => {
    end.flush();
    return end.waiting === 0;
  };
  waitFor(end.own, isOut, limitMs);
}

/**
 * Says why the thread ends: anything can be thrown. Waits for room, as the reports before it may fill the line; but not for
 * ever, for a main thread that has given up reads no more. One that closes kills the thread where it waits.
 *
 * @param wakeMain as for `LineEnd.server`; none where the main thread stands still for this one
 * @param limitMs how long it waits at most, in milliseconds
 */
export function sayFailed(line: Line, error: unknown, wakeMain?: () => void, limitMs = LAST_WORD_MS): void {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  // Its own end may have been left in the middle of something: what that had not published is overwritten.
  const end = LineEnd.server(line, wakeMain);
  end.send(Kind.FAILED, toBytes({ message, stack }), 0);
  end.flush();
  waitUntilOut(end, limitMs);
}
