/**
 * The command line: its commands, options and help, and what becomes of everything that goes wrong. The exit status is
 * decided here and in runCommand.ts alone.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { VERSION } from '../cluster/version.js';
import { printable } from '../report/plain.js';
import { benchCommand } from './bench.js';
import { checkCommand } from './checkCommand.js';
import type { OpenBackend } from '../scenarios/run.js';
import { EmulatorBug, runCommand, type RunFlags } from './runCommand.js';
import { serveCommand, type ServeFlags } from './serveCommand.js';
import type { Terminal } from './terminal.js';

const EXAMPLES = `
Examples:
  armada run examples/failover.yaml               watch a failover
  armada run examples/*.yaml --no-chart           run several; the worst decides the exit status
  armada run --json FILE > trace.jsonl            the trace, one JSON object a line
  armada run FILE --seed 7 --report out.html      another seed, and a page that tells the run
  armada check FILE                               validate without running
  armada serve FILE --clusapi 41001               a cluster in real time for cluster management programs

Exit status: 0 all expectations hold; 1 an expectation failed, a step was refused, an invariant was
violated or a server's thread failed; 2 bad input, and nothing was run.`;

type SetStatus = (code: number) => void;

/**
 * Runs the command line with these arguments (without `node` and the program); answers the exit status. `open` opens
 * the backends of runs, in tests.
 */
export async function runCommandLine(args: readonly string[], terminal: Terminal, open?: OpenBackend): Promise<number> {
  let status = 0;
  const program = buildProgram(terminal, (code) => (status = code), open);
  try {
    await program.parseAsync(args, { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return tellBug(error, args, terminal);
  }
}

function buildProgram(terminal: Terminal, setStatus: SetStatus, open: OpenBackend | undefined): Command {
  const program = new Command('armada')
    .description('A deterministic failover-cluster emulator: runs scenario files and shows what the cluster does.')
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.err(text) })
    .version(VERSION, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError('(armada --help tells more)');
  addRun(program, terminal, setStatus, open);
  program
    .command('check')
    .description('validate scenario files without running them')
    .argument('<files...>', 'scenario files: YAML, JSON, or a TypeScript or JavaScript module')
    .action(async (files: string[]) => setStatus(await checkCommand(files, terminal)));
  addServe(program, terminal, setStatus);
  program
    .command('bench')
    .description('run the benchmarks of bench/')
    .argument('[args...]', 'passed on to the benchmarks; --help names them and their options')
    .allowUnknownOption()
    // The benchmarks' own help is the one that knows them.
    .helpOption(false)
    .action(async (args: string[]) => setStatus(await benchCommand(args, terminal)));
  return program;
}

function addRun(program: Command, terminal: Terminal, setStatus: SetStatus, open: OpenBackend | undefined): void {
  const collect = (value: string, before: readonly string[]): string[] => [...before, value];
  program
    .command('run')
    .description('run scenario files; print what happens and a time chart')
    .argument('<files...>', 'scenario files: YAML, JSON, or a TypeScript or JavaScript module')
    .addOption(
      new Option(
        '--backend <kind>',
        'inline: one thread; lockstep: a thread each; realtime: the same on the real clock',
      )
        .choices(['inline', 'lockstep', 'realtime'])
        .default('inline'),
    )
    .option('--seed <n>', 'seed of everything random', readSeed, 1)
    .option('--time-scale <f>', 'realtime only: every duration of the file times this, e.g. 0.01', readScale)
    .option('--json', 'print the trace as JSON Lines and nothing else', false)
    .option('--report <file>', 'write a report: .html, .svg, .xml (JUnit) or .trace.json; repeatable', collect, [])
    .option('--no-invariants', 'do not check invariants: faster')
    .option('--no-chart', 'no time chart at the end')
    .action(async (files: string[], flags: RunFlags) => setStatus(await runCommand(files, flags, terminal, open)));
}

function addServe(program: Command, terminal: Terminal, setStatus: SetStatus): void {
  program
    .command('serve')
    .description("run a scenario's cluster in real time and offer its management API (MS-CMRP) until stopped")
    .argument('<file>', 'a scenario file; its steps are not done')
    .option('--clusapi <port>', 'the port of the API on 127.0.0.1; 0 takes any free one', readPort, 0)
    .option('--epmap <port>', 'also an endpoint mapper, at this port (clients look for it at 135)', readPort)
    .option('--cluster <name>', 'which cluster, where the scenario has several')
    .option('--account <user>', 'let in who knows the password in ARMADA_PASSWORD (NTLM), instead of everybody')
    .option('--anonymous', 'with --account: callers without credentials, too', false)
    .option('--seed <n>', 'seed of everything random', readSeed, 1)
    .option('--time-scale <f>', 'every duration of the file times this, e.g. 0.1', readScale)
    .action(async (file: string, flags: ServeFlags) => setStatus(await serveCommand(file, flags, terminal)));
}

function readPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('Write a port, 0 to 65535.');
}

function readSeed(text: string): number {
  const seed = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(seed)) return seed;
  throw new InvalidArgumentError('Write a whole number from 0 to 9007199254740991.');
}

function readScale(text: string): number {
  const scale = Number(text);
  if (/^(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) && Number.isFinite(scale) && scale > 0) return scale;
  throw new InvalidArgumentError('Write a number above 0, such as 0.01.');
}

/** Tells of a mistake of ours: in one line, and how to see it again. */
function tellBug(error: unknown, args: readonly string[], terminal: Terminal): number {
  const cause = error instanceof EmulatorBug ? error.cause : error;
  const message = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  terminal.err(`armada: this is a bug in armada: ${printable(message)}\n`);
  if (error instanceof EmulatorBug) terminal.err(`  seed ${error.seed}, again: ${printable(error.replay)}\n`);
  else terminal.err(`  again: armada ${printable(args.join(' '))}\n`);
  if (terminal.debug && cause instanceof Error) terminal.err(`${cause.stack ?? ''}\n`);
  else terminal.err('  ARMADA_DEBUG=1 shows where it happened; please report it with this command\n');
  return 1;
}
