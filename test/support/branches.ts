/**
 * Which view followed which, and what the trace says was seen along one line of views. Written for the tests alone, from
 * the documentation's words and not from the engine: it is what the engine's own watch is checked against.
 */
import type { EventLine, TraceLine } from '../../src/model/trace.js';
import type { Given, Life } from './engines.js';
import { eventText } from './play.js';

interface View {
  readonly members: number;
  readonly parent: string;
  /** A cluster that did not exist before, or had lost every view. */
  formed: boolean;
  /** Branches have met in it. */
  merged: boolean;
}

type Seen = TraceLine & EventLine;

export class Branches {
  readonly views = new Map<string, View>();
  readonly problems: string[] = [];

  /** To be called with every effect. */
  readonly effect = (life: Life, effect: Given): void => {
    if (effect[0] === 'installed') {
      const [, { epoch, coordinator }, members, parent, newcomer] = effect;
      const key = `${epoch}.${coordinator}`;
      const known = this.views.get(key);
      const parentKey = `${parent.epoch}.${parent.coordinator}`;
      if (known && (known.members !== members || known.parent !== parentKey))
        this.problems.push(`${life.name} knows view ${key} with other members or another past`);
      const view = known ?? { members, parent: parentKey, formed: false, merged: false };
      this.views.set(key, view);
      if (coordinator === life.boot.me && newcomer) view.formed = true;
    } else if (effect[0] === 'released') {
      const [, outcome] = effect;
      const view = this.views.get(`${outcome.epoch}.${outcome.coordinator}`);
      if (outcome.merge && view && !view.formed) view.merged = true;
    }
  };

  /** A view and all that led to it, oldest first. */
  chain(key: string): string[] {
    const chain: string[] = [];
    for (let at = key; this.views.has(at); at = this.views.get(at)!.parent) {
      if (chain.includes(at)) throw new Error(`view ${at} leads to itself`);
      chain.unshift(at);
    }
    return chain;
  }

  /** The ends of all branches. */
  get tips(): string[] {
    const parents = new Set([...this.views.values()].map(({ parent }) => parent));
    return [...this.views.keys()].filter((key) => !parents.has(key));
  }

  /** What is wrong with the events along every branch; empty where all is well. */
  wrongEvents(lines: readonly TraceLine[], atRest: readonly string[]): string[] {
    const events = lines.filter((line) => line.kind === 'event');
    const wrong = this.tips.flatMap((tip) => {
      const walk = new Walk(this, this.chain(tip));
      walk.all(events);
      if (atRest.includes(tip)) walk.end();
      return walk.wrong.map((text) => `branch ${this.chain(tip).join(' > ')}: ${text}`);
    });
    return [...this.problems, ...wrong];
  }
}

const PAIRS: readonly (readonly [start: string, ends: readonly string[]])[] = [
  ['FAILOVER_START', ['FAILOVER_END']],
  ['GROUP_FAILOVER_START', ['GROUP_FAILOVER_END', 'GROUP_FAILOVER_FAILURE']],
  ['GROUP_MOVE_START', ['GROUP_MOVE_END', 'GROUP_MOVE_FAILURE']],
];

/** One walk along a branch: numbers follow each other, and what starts ends once, before it starts again. */
class Walk {
  readonly wrong: string[] = [];
  private last = 0;
  private position = 0;
  private readonly texts = new Map<number, string>();
  private readonly open = new Map<string, string>();
  /** What may end though its start was in another branch. */
  private strange = false;

  constructor(
    private readonly branches: Branches,
    private readonly chain: readonly string[],
  ) {}

  all(events: readonly Seen[]): void {
    for (const event of events) {
      const position = this.chain.indexOf(`${event.epoch}.${event.coordinator}`);
      if (position < 0) continue;
      // A server that was away may tell of an older view what its successors have told already.
      if (position < this.position && this.texts.get(event.id) === eventText(event)) continue;
      this.one(event, this.pass(position));
    }
  }

  end(): void {
    for (const text of this.open.values()) this.wrong.push(`${text} has never ended`);
  }

  /** Goes on to a later view; answers whether ids may jump there. */
  private pass(position: number): boolean {
    let jumps = false;
    if (position < this.position) this.wrong.push('an event of an earlier view comes after those of a later one');
    for (let at = this.last === 0 ? 0 : this.position + 1; at <= position; at += 1) {
      const view = this.branches.views.get(this.chain[at])!;
      if (view.formed) this.open.clear();
      if (view.formed || view.merged) this.strange = true;
      jumps ||= (view.formed && view.parent !== '0.-1') || view.merged;
    }
    this.position = Math.max(position, this.position);
    return jumps;
  }

  private one(event: Seen, jumps: boolean): void {
    const text = `event ${event.id} ${eventText(event)}`;
    if (jumps ? event.id <= this.last : event.id !== this.last + 1) this.wrong.push(`${text} follows ${this.last}`);
    this.last = event.id;
    this.texts.set(event.id, eventText(event));
    const code = event.code.replace('ARM_EVENT_', '');
    for (const [start, ends] of PAIRS) {
      const key = `${start} ${event.source}`;
      const pair = `${event.src}>${event.dst}`;
      if (code === start) {
        if (this.open.has(key)) this.wrong.push(`${text} starts while another is open`);
        this.open.set(key, `${key} ${pair}`);
      } else if (ends.includes(code)) {
        const opened = this.open.get(key);
        this.open.delete(key);
        if (opened === undefined && !this.strange) this.wrong.push(`${text} ends what has not started`);
        else if (opened !== undefined && opened !== `${key} ${pair}`) this.wrong.push(`${text} ends ${opened}`);
      }
    }
  }
}
