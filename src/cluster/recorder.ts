/**
 * Writes the trace: gives each line its time and number, hands it to whoever listens, and hashes it.
 *
 * The hash is SHA-256 over every line after the first, as JSON, each with a line feed, the end line excluded: so it does
 * not depend on the backend's name, and two runs are the same exactly if their hashes are.
 */
import { createHash } from 'node:crypto';
import { EventEmitter } from 'eventemitter3';
import type { Micros } from '../model/time.js';
import type { TraceBody, TraceLine } from '../model/trace.js';
import type { Unsubscribe } from './backend.js';

export class Recorder {
  private readonly sinks = new EventEmitter<{ line: [TraceLine] }>();
  private readonly digest = createHash('sha256');
  private seq = 0;
  private at = 0;
  private held: { readonly t: number; readonly body: TraceBody }[] | undefined;
  private heldFrom = 0;

  /** @param opening the run line and what there is at first; written before anything else, when somebody can listen */
  constructor(
    private readonly now: () => Micros,
    private opening: readonly TraceBody[],
  ) {}

  /** How many lines there are. */
  get count(): number {
    return this.seq;
  }

  /** When the last line was written. */
  get lastAt(): number {
    return this.at;
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
    const { opening } = this;
    this.opening = [];
    for (const line of opening) this.put(line, t);
    this.at = t;
    const line: TraceLine = { t: this.at, seq: this.seq++, ...body };
    if (body.kind !== 'run' && body.kind !== 'end') this.digest.update(`${JSON.stringify(line)}\n`);
    this.sinks.emit('line', line);
  }

  listen(sink: (line: TraceLine) => void): Unsubscribe {
    this.sinks.on('line', sink);
    return () => this.sinks.off('line', sink);
  }

  /** The hash of what was written so far. */
  hash(): string {
    return this.digest.copy().digest('hex');
  }
}
