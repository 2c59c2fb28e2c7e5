/**
 * The thread of one server, or of a client machine, as the main thread has it: started, fed, read, and killed.
 *
 * A thread that throws says so over its line, with its stack. One that dies otherwise (out of memory, terminated from
 * outside) is known by its exit, which the main thread hears of only in its event loop.
 */
import { inspect } from 'node:util';
import { type MessagePort, type ResourceLimits, Worker } from 'node:worker_threads';
import type { Take } from '../interconnect/messages.js';
import { Kind, type Line, LineEnd } from '../node/channel.js';
import { fromBytes } from '../node/wire.js';
import { threadEntry } from './entry.js';
import { ServerFailed } from './errors.js';
import { threadCode } from './thread-code.js';
import { sourceStack } from './thread-stack.js';

export interface ThreadOptions {
  /** What runs in it; a server where nothing is said. */
  readonly kind?: 'client';
  readonly resourceLimits?: ResourceLimits;
  /** What of `boot` is handed over instead of copied. */
  readonly transferList?: MessagePort[];
  /** The thread says, beside its line, that there is something on it. */
  readonly onMessage?: () => void;
  readonly onFailure?: (failure: ServerFailed) => void;
}

/** The thread of one server, from its start to its end. */
export class ServerThread {
  readonly end: LineEnd;
  /** Why it is no good any more, if it is not. */
  failure: ServerFailed | undefined;
  private readonly worker: Worker;
  /** Resolves when the thread is gone. */
  readonly gone: Promise<void>;
  private wanted = true;

  /**
   * @param server its name, for messages
   * @param entry compiled code
   * @param boot plain data; holds the line
   */
  constructor(
    readonly server: string,
    private readonly entry: URL,
    boot: { readonly line: Line },
    private readonly options: ThreadOptions,
  ) {
    const { resourceLimits, transferList, onMessage } = options;
    this.end = LineEnd.main(boot.line);
    const code = threadCode(entry);
    const workerData = code ? { ...boot, code } : boot;
    const begin = code ? threadEntry('begin') : entry;
    this.worker = new Worker(begin, { workerData, name: server, resourceLimits, transferList, execArgv: [] });
    if (onMessage) this.worker.on('message', onMessage);
    this.gone = new Promise((resolve) => {
      // Anything can be thrown.
      this.worker.on('error', (error: unknown) => this.fail(reasonOf(error), stackOf(error)));
      this.worker.on('exit', (code) => {
        // What it said of its end tells more than the end itself.
        if (this.wanted && !this.failure) this.drain(() => undefined);
        this.fail(`its thread ended by itself, with code ${code}`);
        resolve();
      });
    });
  }

  get kind(): 'server' | 'client' {
    return this.options.kind ?? 'server';
  }

  /** Hands over what has come up; a thread's own report of its failure becomes `failure`. */
  drain(take: Take): number {
    return this.end.drain((kind, ends, epoch, stampUs, bytes, reader) => {
      if (kind !== Kind.FAILED) {
        take(kind, ends, epoch, stampUs, bytes, reader);
        return;
      }
      const { message, stack } = fromBytes(bytes as Uint8Array) as { message: string; stack?: string };
      this.record(`its thread has failed: ${message}`, stack);
    });
  }

  /** Kills the thread, in the middle of whatever it does. */
  kill(): Promise<void> {
    this.wanted = false;
    void this.worker.terminate();
    return this.gone;
  }

  /** It is no good any more; nothing where it was killed anyway. */
  fail(why: string, stack?: string): void {
    if (this.wanted) this.record(why, stack);
  }

  private record(why: string, stack: string | undefined): void {
    if (this.failure) return;
    const trace = stack === undefined ? undefined : sourceStack(sourceStack(stack, this.entry), threadEntry('begin'));
    const reason = why.trim().replaceAll(/\s*\n\s*/g, ' ');
    this.failure = new ServerFailed(this.server, reason, trace, this.kind);
    this.options.onFailure?.(this.failure);
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return `its thread has failed: ${inspect(error)}`;
  if ('code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY')
    return `its thread ran out of memory (${error.message})`;
  if ('code' in error && error.code === 'MODULE_NOT_FOUND')
    return `its thread has failed: ${error.message}; in a checkout npm run build makes it, and a program that is bundled leaves armada-emulator out of its bundle`;
  return `its thread has failed: ${error.message}`;
}

function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : undefined;
}
