/**
 * How states look and read, for every picture alike: the symbols of section 6.3, the words, the tone of the colour.
 *
 * Symbols carry the meaning and colours only repeat it, so that a chart on paper, without colour or to a reader who
 * cannot tell red from green says the same.
 */
import type { GroupStateName, ServerStatusName } from '../model/trace.js';
import type { Answer, ClientState, GroupState, ServerState } from './lanes.js';

/**
 * The symbol of each state of a group, after section 6.3: `o` runs, `x` stopped, `F` in progress (a failover, a move,
 * a start or a stop). A group that runs with a resource that failed runs, and is marked: `o!`.
 */
export const stateSymbol: Readonly<Record<GroupStateName, string>> = {
  ONLINE: 'o',
  OFFLINE: 'x',
  INPROGRESS: 'F',
  ONLINE_FAIL: 'o!',
};

/** What the colour says: all is well, something is under way, something is wrong, nothing is there, set aside. */
export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'idle' | 'aside';

/** How one state looks in any picture. */
export interface Look {
  readonly symbol: string;
  /** The labels from the fullest to the shortest; a picture takes the first that fits. */
  readonly labels: readonly string[];
  readonly tone: Tone;
  /** What fills the lane behind the label in a terminal. */
  readonly fill: string;
  /** The whole state in words, for whoever asks. */
  readonly words: string;
  /** The server a group is on; empty elsewhere. */
  readonly server: string;
  /** The symbol stands again and again, in place of a label: the rows of section 6.3. */
  readonly repeats?: boolean;
}

/** The states of a group in words. */
const GROUP_WORDS: Readonly<Record<GroupStateName, string>> = {
  ONLINE: 'running',
  OFFLINE: 'stopped',
  INPROGRESS: 'in progress',
  ONLINE_FAIL: 'running, with a resource that failed',
};

const GROUP_TONES: Readonly<Record<GroupStateName, Tone>> = {
  ONLINE: 'good',
  OFFLINE: 'idle',
  INPROGRESS: 'busy',
  ONLINE_FAIL: 'warn',
};

const GROUP_FILLS: Readonly<Record<GroupStateName, string>> = {
  ONLINE: '─',
  OFFLINE: ' ',
  INPROGRESS: '~',
  ONLINE_FAIL: '─',
};

/** How a group looks in a state. */
export function groupLook({ state, server }: GroupState): Look {
  const symbol = stateSymbol[state];
  return {
    symbol,
    labels: server === '' ? [symbol] : [`${symbol} ${server}`, symbol],
    tone: GROUP_TONES[state],
    fill: GROUP_FILLS[state],
    words: server === '' ? GROUP_WORDS[state] : `${GROUP_WORDS[state]} on ${server}`,
    server,
  };
}

type ServerBase = Exclude<ServerStatusName, 'BACKUP' | 'FAIL' | 'MISS'>;

const SERVER_LOOKS: Readonly<Record<ServerBase, { symbol: string; tone: Tone; fill: string }>> = {
  CLUSTER: { symbol: 'o', tone: 'good', fill: '═' },
  RECOVERING: { symbol: 'F', tone: 'busy', fill: '~' },
  DOWN: { symbol: 'x', tone: 'bad', fill: '.' },
  STOPPED: { symbol: 'x', tone: 'idle', fill: ' ' },
  OFF_CLUSTER: { symbol: '-', tone: 'aside', fill: '-' },
  SINGLE_SERVER: { symbol: '-', tone: 'aside', fill: '-' },
};

const FLAGS: readonly ServerStatusName[] = ['BACKUP', 'FAIL', 'MISS'];

/**
 * How a server looks. A crash or a hang that the cluster has not noticed yet comes before the status that it still
 * believes in.
 */
export function serverLook({ status, machine }: ServerState): Look {
  const base = status.find((name): name is ServerBase => !FLAGS.includes(name)) ?? 'SINGLE_SERVER';
  const flags = status.filter((name) => FLAGS.includes(name));
  const suffix = flags.map((flag) => ` +${flag}`).join('');
  if (machine !== 'up') {
    const symbol = machine === 'crashed' ? 'X' : '?';
    const words = `${machine}, still taken for ${status.join(' + ')}`;
    return { symbol, labels: [`${symbol} ${machine}`, symbol], tone: 'bad', fill: '.', words, server: '' };
  }
  const { symbol, tone, fill } = SERVER_LOOKS[base];
  const labels = [`${symbol} ${base}${suffix}`, ...(flags.length > 0 ? [`${symbol} ${base}`] : []), symbol];
  return {
    symbol,
    labels,
    tone: tone === 'good' && flags.includes('MISS') ? 'warn' : tone,
    fill,
    words: status.join(' + '),
    server: '',
  };
}

/** How a client machine looks. */
export function clientLook({ running }: ClientState): Look {
  return running
    ? { symbol: 'o', labels: ['o up', 'o'], tone: 'good', fill: '═', words: 'running', server: '' }
    : { symbol: 'x', labels: ['x off', 'x'], tone: 'idle', fill: ' ', words: 'not running', server: '' };
}

const ANSWER_LOOKS: ReadonlyMap<string, { symbol: string; tone: Tone }> = new Map([
  ['RUNNING', { symbol: 'o', tone: 'good' }],
  ['MISS', { symbol: 'o!', tone: 'warn' }],
  ['STOPPED', { symbol: 'x', tone: 'idle' }],
  ['FAILOVER', { symbol: 'F', tone: 'busy' }],
]);

const UNKNOWN = { symbol: '?', tone: 'aside' } as const;

/** How the answer to ArmClientGetGroupStatusEx looks: its symbol, again and again. */
export function answerLook({ status }: Answer): Look {
  if (status === undefined)
    return { symbol: '', labels: [''], tone: 'idle', fill: ' ', words: 'nobody asks', server: '' };
  const { symbol, tone } = ANSWER_LOOKS.get(status) ?? UNKNOWN;
  const words = status === '' ? 'not known' : status;
  return { symbol, labels: [symbol], tone, fill: `${symbol} `, words, server: '', repeats: true };
}

/** One line of a legend. */
export interface LegendEntry {
  readonly symbol: string;
  readonly tone: Tone;
  readonly words: string;
}

const GROUP_LEGEND: readonly LegendEntry[] = [
  { symbol: 'o', tone: 'good', words: 'running' },
  { symbol: 'x', tone: 'idle', words: 'stopped' },
  { symbol: 'F', tone: 'busy', words: 'in progress' },
  { symbol: 'o!', tone: 'warn', words: 'running with a failed resource' },
];

const SERVER_LEGEND: readonly LegendEntry[] = [
  { symbol: 'o', tone: 'good', words: 'in the cluster' },
  { symbol: 'o', tone: 'warn', words: 'in the cluster, with a failed resource (MISS)' },
  { symbol: 'F', tone: 'busy', words: 'taking over (RECOVERING)' },
  { symbol: 'X', tone: 'bad', words: 'crashed, not noticed yet' },
  { symbol: '?', tone: 'bad', words: 'hung, not noticed yet' },
  { symbol: 'x', tone: 'bad', words: 'down' },
  { symbol: 'x', tone: 'idle', words: 'stopped' },
  { symbol: '-', tone: 'aside', words: 'off the cluster' },
];

const CLIENT_LEGEND: readonly LegendEntry[] = [
  { symbol: 'o', tone: 'good', words: 'running' },
  { symbol: 'x', tone: 'idle', words: 'off' },
];

const ANSWER_LEGEND: readonly LegendEntry[] = [
  ...[...ANSWER_LOOKS].map(([words, { symbol, tone }]) => ({ symbol, tone, words })),
  { ...UNKNOWN, words: 'not known' },
];

/** The looks of all lanes of a chart. */
export interface Looks {
  readonly servers: readonly Look[];
  readonly groups: readonly Look[];
  readonly clients: readonly Look[];
  readonly answers: readonly Look[];
}

/** One row of a legend: what it is about, and what its symbols say. */
export interface LegendRow {
  readonly name: string;
  readonly entries: readonly LegendEntry[];
}

/** The legend of what a chart really shows. */
export function legendOf(looks: Looks): Record<keyof Looks, LegendRow> {
  const row = (name: string, entries: readonly LegendEntry[], shown: readonly Look[]): LegendRow => ({
    name,
    entries: entries.filter(({ symbol, tone }) => shown.some((look) => look.symbol === symbol && look.tone === tone)),
  });
  return {
    servers: row('Servers', SERVER_LEGEND, looks.servers),
    groups: row('Groups', GROUP_LEGEND, looks.groups),
    clients: row('Clients', CLIENT_LEGEND, looks.clients),
    answers: row('Answers', ANSWER_LEGEND, looks.answers),
  };
}
