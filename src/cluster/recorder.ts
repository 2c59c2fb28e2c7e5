/**
 * Writes the trace: gives each line its time and number, hands it to whoever listens, and hashes it.
 *
 * The hash is SHA-256 over every line after the first, as JSON, each with a line feed, the end line excluded: so it does
 * not depend on the backend's name, and two runs are the same exactly if their hashes are.
 *
 * Who listens may act on what it hears, and may fail. So nobody hears of a line while a server is in the middle of a step:
 * lines are handed out when the instant is over in which they were written, or the action that gave rise to them.
 */
import { createHash } from 'node:crypto';
import type { Micros } from '../model/time.js';
import type { TraceBody, TraceLine } from '../model/trace.js';
import type { Unsubscribe } from './backend.js';

export class Recorder {
  private readonly sinks = new Set<(line: TraceLine) => void>();
  private readonly digest = createHash('sha256');
  private seq = 0;
  private at = 0;
  private held: { readonly t: number; readonly body: TraceBody }[] | undefined;
  private heldFrom = 0;
  /** How many are under way of what nobody may hear from the middle of. */
  private depth = 0;
  private readonly untold: TraceLine[] = [];
  private telling = false;

  /**
   * @param opening the run line and what there is at first; written before anything else, when somebody can listen
   * @param failed told what somebody who listens has thrown
   */
  constructor(
    private readonly now: () => Micros,
    private opening: readonly TraceBody[],
    private readonly failed: (error: unknown) => void,
  ) {}

  /** How many lines there are. */
  get count(): number {
    return this.seq;
  }

  /** When the last line was written. */
  get lastAt(): number {
    return this.at;
  }

  /** Somebody who listens is being told, and may act. */
  get isTelling(): boolean {
    return this.telling;
  }

  /** Lines are written that nobody has heard of yet. */
  get isKeeping(): boolean {
    return this.depth > 0 || this.telling;
  }

  /** From here to `leave` lines are written and nobody hears of them. May be nested. */
  enter(): void {
    this.depth += 1;
  }

  leave(): void {
    this.depth -= 1;
    this.tell();
  }

  /** Writes what there is at first, where nothing has been written yet. */
  begin(t: number = this.now()): void {
    const { opening } = this;
    this.opening = [];
    for (const line of opening) this.put(line, t);
  }

  /** Keeps lines back until `release`. */
  hold(): void {
    this.held = [];
    this.heldFrom = this.now();
  }

  /** Writes `first`, then what was kept back: a step comes before what it sets off, though only then is known how. */
  release(first: TraceBody): void {
    const lines = this.held ?? [];
    this.held = undefined;
    this.put(first, this.heldFrom);
    for (const { t, body } of lines) this.put(body, t);
  }

  write(body: TraceBody): void {
    if (this.held) this.held.push({ t: this.now(), body });
    else this.put(body, this.now());
  }

  private put(body: TraceBody, t: number): void {
    this.begin(t);
    this.at = t;
    const line: TraceLine = { t: this.at, seq: this.seq++, ...body };
    if (body.kind !== 'run' && body.kind !== 'end') this.digest.update(`${JSON.stringify(line)}\n`);
    if (this.sinks.size === 0) return;
    this.untold.push(line);
    this.tell();
  }

  /** What those who listen do may bring more lines: they are told after those that were there before. */
  private tell(): void {
    if (this.depth > 0 || this.telling) return;
    this.telling = true;
    for (let line = this.untold.shift(); line; line = this.untold.shift()) {
      for (const sink of [...this.sinks]) this.tellOne(sink, line);
    }
    this.telling = false;
  }

  private tellOne(sink: (line: TraceLine) => void, line: TraceLine): void {
    try {
      sink(line);
    } catch (error) {
      this.failed(error);
    }
  }

  /** Lines that are written from now on; others may not have been told yet. */
  listen(sink: (line: TraceLine) => void): Unsubscribe {
    const from = this.seq;
    const hear = (line: TraceLine): void => {
      if (line.seq >= from) sink(line);
    };
    this.sinks.add(hear);
    return () => void this.sinks.delete(hear);
  }

  /** The hash of what was written so far. */
  hash(): string {
    return this.digest.copy().digest('hex');
  }
}
