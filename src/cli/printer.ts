/**
 * Prints a run as it happens: each step, event, change of status and expectation with its virtual time.
 *
 * Changes of status at one instant share a line, because a cluster's start would otherwise fill the screen; what only
 * machines want to know (resources, links) is left to the trace.
 */
import { printable, wrap } from '../report/plain.js';
import type { EventLine, ServerLine, TraceLine } from '../model/trace.js';
import type { Terminal } from './terminal.js';

const PREFIX = 'ARM_EVENT_';
/** Columns of the time and of the kind that each line begins with. */
const TIME_WIDTH = 12;
const KIND_WIDTH = 8;

/** Writes trace lines to a terminal. */
export class Printer {
  /** Changes of status of one instant, not yet written. */
  private changes: { readonly t: number; readonly texts: string[] } | undefined;

  /** @param clusters how many clusters there are; with several, lines name theirs */
  constructor(
    private readonly terminal: Terminal,
    private readonly clusters: number,
  ) {}

  /** Takes one line of the trace, in order. */
  line(line: TraceLine): void {
    const { paint } = this.terminal;
    switch (line.kind) {
      case 'server':
        return this.change(line.t, `${this.of(line.cluster)}${line.server} ${statusText(line)}`);
      case 'group': {
        const where = line.server === '' ? '' : ` on ${line.server}`;
        return this.change(line.t, `${this.of(line.cluster)}${line.group} ${line.state}${where}`);
      }
      case 'step': {
        const to = line.to === undefined ? '' : ` to ${line.to}`;
        const on = line.on === undefined ? '' : ` on ${line.on}`;
        const refused = line.error === undefined ? '' : ` refused: ${line.error}`;
        return this.write(line.t, 'step', `${line.step} ${line.target}${to}${on}${refused}`, paint.bold);
      }
      case 'view': {
        const members = line.members.map((name) => (name === line.coordinator ? `${name}*` : name)).join(' ');
        return this.write(line.t, 'view', `${this.of(line.cluster)}${line.epoch}: ${members}`, paint.dim);
      }
      case 'event':
        return this.write(line.t, 'event', this.eventText(line), paint.cyan);
      case 'client-event':
        return this.write(line.t, 'client', `${line.client}: ${line.event} ${line.group} ${line.status}`, paint.cyan);
      case 'popup':
        return this.write(line.t, 'popup', `${line.client}: ${line.text}`, paint.cyan);
      case 'expect':
        if (line.ok) return this.write(line.t, 'ok', line.text, paint.green);
        return this.write(line.t, 'FAILED', line.text, paint.red);
      case 'warning':
        return this.write(line.t, 'warning', line.text, paint.yellow);
      case 'violation':
        return this.write(line.t, 'BROKEN', `invariant ${line.invariant}: ${line.text}`, paint.red);
      case 'end':
        return this.flush();
      case 'run':
      case 'resource':
      case 'links':
        return;
      default:
        line satisfies never;
    }
  }

  /** Writes what is held back. */
  flush(): void {
    const { changes } = this;
    this.changes = undefined;
    if (changes !== undefined) this.put(changes.t, 'status', changes.texts.join(', '), this.terminal.paint.dim);
  }

  private change(t: number, text: string): void {
    if (this.changes !== undefined && this.changes.t !== t) this.flush();
    this.changes ??= { t, texts: [] };
    this.changes.texts.push(text);
  }

  private write(t: number, kind: string, text: string, paint: (text: string) => string): void {
    this.flush();
    this.put(t, kind, text, paint);
  }

  private put(t: number, kind: string, text: string, paint: (text: string) => string): void {
    const start = `${clock(t).padStart(TIME_WIDTH)}  ${kind.padEnd(KIND_WIDTH)}`;
    const room = Math.max(20, this.terminal.width - start.length);
    const [first, ...rest] = wrap(printable(text), room);
    const lines = [start + first, ...rest.map((line) => ' '.repeat(start.length) + line)];
    this.terminal.out(`${lines.map(paint).join('\n')}\n`);
  }

  private eventText({ cluster, id, code, source, src, dst }: EventLine): string {
    const way = src === '' && dst === '' ? '' : `  ${src}${dst === '' ? '' : ` -> ${dst}`}`;
    return `${this.of(cluster)}#${id} ${code.slice(PREFIX.length)}  ${source}${way}`;
  }

  private of(cluster: string): string {
    return this.clusters > 1 ? `${cluster}/` : '';
  }
}

function statusText({ status }: ServerLine): string {
  return status.join('+');
}

/** An instant as `m:ss.mmm`, with hours where there are any. */
function clock(t: number): string {
  const ms = Math.floor(t / 1000);
  const part = (value: number, digits: number): string => String(value).padStart(digits, '0');
  const [hours, minutes, seconds] = [
    Math.floor(ms / 3_600_000),
    Math.floor(ms / 60_000) % 60,
    Math.floor(ms / 1000) % 60,
  ];
  const rest = `${part(seconds, 2)}.${part(ms % 1000, 3)}`;
  return hours > 0 ? `${hours}:${part(minutes, 2)}:${rest}` : `${minutes}:${rest}`;
}
