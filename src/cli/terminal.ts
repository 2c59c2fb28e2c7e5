/**
 * Where the command line writes: standard output and error, their width and whether they show colours. One small
 * interface, so that commands can be tested without a process of their own.
 */
import pc from 'picocolors';

/** What the command line writes to. */
export interface Terminal {
  /** Writes to standard output. */
  readonly out: (text: string) => void;
  /** Writes to standard error. */
  readonly err: (text: string) => void;
  /** Columns of standard output. */
  readonly width: number;
  /** Paints for standard output; they leave text as it is where there are no colours. */
  readonly paint: Paint;
  /** Whether a crash shows its stack (ARMADA_DEBUG). */
  readonly debug: boolean;
}

export type Paint = ReturnType<typeof pc.createColors>;

/** Columns where standard output is no terminal. */
const WIDTH_ELSEWHERE = 100;

/** The terminal of this process. A reader that goes away (`armada run … | head`) ends the writing, not the run. */
export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  stderr.on('error', () => undefined);
  stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') return;
    stderr.write(`armada: standard output cannot be written (${code ?? 'unknown reason'})\n`);
    process.exit(2);
  });
  // Outside a terminal isTTY is undefined, and undefined would leave the choice to the library.
  const colors = stdout.isTTY ? (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb' : false;
  return {
    out: (text) => {
      if (stdout.writable) stdout.write(text);
    },
    err: (text) => {
      if (stderr.writable) stderr.write(text);
    },
    width: stdout.isTTY && stdout.columns > 0 ? stdout.columns : WIDTH_ELSEWHERE,
    paint: pc.createColors(colors),
    debug: (env.ARMADA_DEBUG ?? '') !== '',
  };
}
