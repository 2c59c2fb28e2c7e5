/**
 * Applies one entry to the agreed state and writes down what comes of it. The one place where agreed state changes.
 */
import type { ClusterDefinition } from '../../model/definition.js';
import type { Refusal } from '../../model/result.js';
import type { Audit, Context } from '../context.js';
import { Shown } from '../events/status.js';
import { Tally } from '../group/tally.js';
import { fenceLifted } from '../group/tasks.js';
import { type AgreedState, emptyState } from '../state.js';
import { command } from '../transition/commands.js';
import { settle } from '../transition/settle.js';
import { enterView } from '../transition/view.js';
import type { Entry, Outcome } from './entries.js';

/** One server's copy of the agreed state. */
export class Replica {
  state: AgreedState;
  /** Grows with every change of the state. */
  revision = 0;
  private tally: Tally;
  private readonly shown: Shown;

  constructor(
    private readonly definition: ClusterDefinition,
    private readonly audit?: Audit,
  ) {
    this.state = emptyState(definition);
    this.tally = new Tally(definition, this.state);
    this.shown = new Shown(definition);
    this.shown.take(this.state);
  }

  /** Replaces the state by one that came from elsewhere. */
  adopt(state: AgreedState): void {
    this.revision += 1;
    this.state = state;
    this.tally = new Tally(this.definition, state);
    this.shown.take(state);
  }

  /** Applies the next entry; a refused command is an entry too, and changes nothing but the sender's count. */
  apply(entry: Entry): Outcome {
    const { state, tally } = this;
    this.revision += 1;
    state.index += 1;
    const outcome: Outcome = {
      index: state.index,
      epoch: entry.type === 'view' ? entry.epoch : state.view.epoch,
      coordinator: entry.type === 'view' ? entry.coordinator : state.view.coordinator,
      lines: [],
      orders: [],
      answers: [],
      powerOff: 0,
      merge: entry.type === 'view' && (entry.forming || entry.absorbed.length > 0 || entry.nextEventId > 1),
      persist: false,
    };
    const c: Context = { definition: this.definition, state, tally, outcome, audit: this.audit };
    const refusal = this.carryOut(c, entry);
    if (entry.type === 'command') {
      state.servers[entry.from].lastN = entry.n;
      if (entry.id > 0) outcome.answers.push({ server: entry.from, id: entry.id, refusal });
    }
    settle(c);
    const events = outcome.lines.splice(0);
    const shown = entry.type === 'view' ? this.shown.everything(state, tally) : this.shown.changes(state, tally);
    outcome.lines.push(...shown, ...events);
    return outcome;
  }

  private carryOut(c: Context, entry: Entry): Refusal | undefined {
    switch (entry.type) {
      case 'view':
        enterView(c, entry);
        return undefined;
      case 'command':
        return command(c, entry.from, entry.command);
      case 'standOff':
        if (c.state.servers[entry.server].base !== 'CLUSTER') c.state.servers[entry.server].base = 'OFF_CLUSTER';
        return undefined;
      case 'vanished':
        c.state.servers[entry.server].base = entry.orderly ? 'STOPPED' : 'DOWN';
        c.state.servers[entry.server].returned = false;
        return undefined;
      case 'settled':
        c.state.unsettled = [];
        c.outcome.persist = true;
        return undefined;
      case 'fenceOver':
        c.state.fenced &= ~entry.servers;
        c.outcome.persist = true;
        if (c.state.fenced === 0) c.state.fencedUntil = 0;
        fenceLifted(c);
        return undefined;
      default:
        return entry satisfies never;
    }
  }
}
