/**
 * The operator: carries actions out on the world, puts commands before a member, and remembers which are open.
 *
 * A command goes to the coordinator of the view whose statuses are shown, or, while it has none, to the first member
 * that runs. The coordinator judges it at once; where it cannot (the view is changing), the command waits with the
 * member it was given to, and a refusal that comes later is told as a warning.
 */
import { ANYWHERE, type Command } from '../failover/log/commands.js';
import { Phase } from '../failover/frames.js';
import { sameView } from '../failover/state.js';
import { type Refusal, type Result, err, ok } from '../model/result.js';
import type { ClientAction, WorldAction } from './actions.js';
import type { StepLabel } from './backend.js';
import { describeStep } from './describe.js';
import type { EngineView, ServerSlot } from './server-slot.js';
import { unknown } from './switchboard.js';
import type { OperatedWorld } from './world-state.js';

type Outcome = Result<void, Refusal>;

export class Operator {
  /** What the step line tells besides: what was found when the action was carried out. */
  private found: { readonly status?: string } = {};

  constructor(private readonly backend: OperatedWorld) {}

  /** Carries an action out and writes its step line before all that it sets off. */
  carryOut(action: WorldAction, label: StepLabel): Outcome {
    const { recorder } = this.backend;
    const step = describeStep(action);
    let error = {};
    this.found = {};
    recorder.hold();
    try {
      const outcome = this.perform(action);
      if (!outcome.ok) error = { error: `${outcome.error.code} ${outcome.error.where}: ${outcome.error.what}` };
      return outcome;
    } finally {
      recorder.release({
        ...step,
        ...this.found,
        ...(label.id === undefined ? {} : { id: label.id }),
        ...error,
      });
    }
  }

  private warn(text: string): void {
    this.backend.recorder.write({ kind: 'warning', text });
  }

  private perform(action: WorldAction): Outcome {
    const machine = this.machine(action);
    if (machine) return machine;
    switch (action.type) {
      case 'start':
        return this.start(action.target);
      case 'restart':
        return this.onServer(action.server, (slot) => this.powerOn(slot));
      case 'shutdown':
        return this.shutdown(action.target);
      case 'crash':
        return this.onServer(action.server, (slot) => this.crash(slot));
      case 'hang':
        return this.onRunning(action.server, (slot) => this.hang(slot));
      case 'resume':
        return this.onRunning(action.server, (slot) => this.resume(slot));
      case 'return':
        return this.onServer(action.server, (slot) => this.returnByHand(slot));
      case 'maintenance':
        return this.onServer(action.server, (slot) =>
          this.command(slot.place.cluster, { type: 'maintenance', server: slot.place.server }, action),
        );
      case 'partition':
      case 'heal':
      case 'link':
        return this.onNetwork(action);
      case 'startClient':
      case 'stopClient':
      case 'watch':
        return this.onClient(action);
      case 'failResource':
      case 'repairResource':
      case 'hangResource':
        return this.resourceFault(action);
      default:
        return this.onGroup(action);
    }
  }

  private onGroup(
    action: WorldAction & {
      type: 'startGroup' | 'stopGroup' | 'moveGroup' | 'failGroup' | 'switchLine' | 'registry';
    },
  ): Outcome {
    const { directory } = this.backend;
    if (action.type === 'registry')
      return this.onRunning(action.on, (slot) =>
        this.put(slot, { type: 'registry', change: bare(action.change) }, action),
      );
    if (action.type === 'switchLine') {
      const found = directory.resource(action.resource);
      if (!found) return err(unknown(action.resource, 'resource'));
      return this.toServer(found.cluster, action.to, (to) =>
        this.command(found.cluster, { type: 'switchLine', group: found.group, resource: found.resource, to }, action),
      );
    }
    const found = directory.group(action.group);
    if (!found) return err(unknown(action.group, 'group'));
    const { cluster, group } = found;
    if (action.type === 'moveGroup')
      return this.toServer(cluster, action.to, (to) => this.command(cluster, { type: 'moveGroup', group, to }, action));
    if (action.type === 'startGroup' && action.on !== undefined)
      return this.toServer(cluster, action.on, (on) =>
        this.command(cluster, { type: 'startGroup', group, on }, action),
      );
    if (action.type === 'startGroup') return this.command(cluster, { type: 'startGroup', group, on: ANYWHERE }, action);
    return this.command(cluster, { type: action.type, group }, action);
  }

  private start(target: string): Outcome {
    const cluster = this.backend.directory.cluster(target) ?? (target === 'cluster' ? 0 : undefined);
    if (cluster === undefined) return this.onServer(target, (slot) => this.powerOn(slot));
    const off = this.backend.slots.filter((slot) => slot.place.cluster === cluster && !slot.running && !slot.booting);
    if (off.length === 0)
      return refuse('ALREADY_RUNNING', target, 'all its servers run', 'start a cluster that is off');
    for (const slot of off) this.backend.powerOn(slot);
    return ok(undefined);
  }

  /** A machine registered in no cluster knows power on and off, and nothing else. */
  private machine(action: WorldAction): Outcome | undefined {
    const name = 'server' in action ? action.server : 'target' in action ? action.target : '';
    const machine = this.backend.machines.get(name);
    if (!machine) return undefined;
    switch (action.type) {
      case 'start':
      case 'restart':
        return machine.switch(true)
          ? ok(undefined)
          : refuse('ALREADY_RUNNING', name, 'it has its power', 'crash it first');
      case 'crash':
      case 'shutdown':
        return machine.switch(false) ? ok(undefined) : refuse('NOT_RUNNING', name, 'it has no power', 'start it first');
      default:
        return refuse('NO_CLUSTER', name, 'it is registered in no cluster', 'name a server of a cluster');
    }
  }

  private powerOn(slot: ServerSlot): Outcome | undefined {
    if (slot.running || slot.booting)
      return refuse('ALREADY_RUNNING', slot.place.name, 'it has its power', 'crash it or shut it down first');
    this.backend.powerOn(slot);
    return undefined;
  }

  private shutdown(target: string): Outcome {
    const cluster = this.backend.directory.cluster(target) ?? (target === 'cluster' ? 0 : undefined);
    if (cluster !== undefined) return this.command(cluster, { type: 'shutdownCluster' }, { type: 'shutdown', target });
    return this.onRunning(target, (slot) => {
      if (slot.hung) return refuse('NOT_RUNNING', target, 'it hangs', 'resume it first');
      if (slot.engine?.place.phase === Phase.MEMBER)
        return this.command(
          slot.place.cluster,
          { type: 'shutdownServer', server: slot.place.server },
          { type: 'shutdown', target },
        );
      this.backend.input(slot, { type: 'goOff', now: this.backend.now() });
      return ok(undefined);
    });
  }

  private crash(slot: ServerSlot): Outcome | undefined {
    if (!slot.running && !slot.booting)
      return refuse('NOT_RUNNING', slot.place.name, 'it has no power', 'restart it first');
    this.backend.powerOff(slot, false);
    return undefined;
  }

  private hang(slot: ServerSlot): Outcome | undefined {
    if (slot.hung) return refuse('ALREADY_HUNG', slot.place.name, 'it hangs already', 'resume it first');
    this.backend.hang(slot);
    return undefined;
  }

  private resume(slot: ServerSlot): Outcome | undefined {
    if (!slot.hung) return refuse('NOT_HUNG', slot.place.name, 'it does not hang', 'resume a server that hangs');
    this.backend.resume(slot);
    return undefined;
  }

  /** By the view, where there is one; without any the server looks for others by itself. */
  private returnByHand(slot: ServerSlot): Outcome {
    const { cluster, server, name } = slot.place;
    if (!slot.active) return refuse('NOT_RUNNING', name, 'it does not run', 'restart it first');
    if (this.member(cluster))
      return this.command(cluster, { type: 'return', server }, { type: 'return', server: name });
    if (slot.engine?.place.phase !== Phase.OFF)
      return refuse(
        'NOT_OFF_CLUSTER',
        name,
        'it looks for its cluster already',
        'return a server that is off the cluster',
      );
    this.backend.input(slot, { type: 'returnByHand', now: this.backend.now() });
    return ok(undefined);
  }

  private onNetwork(action: WorldAction & { type: 'partition' | 'heal' | 'link' }): Outcome {
    const { clients, switchboard } = this.backend;
    clients.networkChanges();
    if (action.type === 'partition') return switchboard.partition(action.sides);
    return action.type === 'heal' ? switchboard.heal(action.what) : switchboard.link(action, action);
  }

  private onClient(action: ClientAction): Outcome {
    const done = this.backend.clients.perform(action);
    if (!done.ok) return done;
    this.found = done.value === undefined ? {} : { status: done.value };
    return ok(undefined);
  }

  private resourceFault(action: WorldAction & { type: 'failResource' | 'repairResource' | 'hangResource' }): Outcome {
    const found = this.backend.directory.resource(action.resource);
    if (!found) return err(unknown(action.resource, 'resource'));
    const { faults, slots } = this.backend;
    const { name } = this.backend.world.clusters[found.cluster].groups[found.group].resources[found.resource];
    if (action.on !== undefined && this.backend.directory.server(action.on)?.cluster !== found.cluster)
      return err(unknown(action.on, 'server'));
    if (action.type === 'repairResource') faults.repair(name, action.on);
    else faults.set(name, action.on, action.type === 'failResource' ? 'fails' : 'hangs');
    if (action.type !== 'failResource') return ok(undefined);
    const { group, resource } = found;
    for (const slot of slots) {
      if (slot.place.cluster !== found.cluster || (action.on !== undefined && action.on !== slot.place.name)) continue;
      this.backend.input(slot, { type: 'resourceFailed', now: this.backend.now(), group, resource });
    }
    return ok(undefined);
  }

  /** Puts a command before a member of the cluster. */
  private command(cluster: number, command: Command, action: WorldAction): Outcome {
    const slot = this.member(cluster);
    const { name } = this.backend.world.clusters[cluster];
    if (!slot)
      return refuse('NO_MEMBER', name, 'none of its servers is a working member now', 'start the cluster first');
    return this.put(slot, command, action);
  }

  private put(slot: ServerSlot, command: Command, action: WorldAction): Outcome {
    if (slot.hung) return refuse('NOT_RUNNING', slot.place.name, 'it hangs', 'resume it first');
    const { step, target } = describeStep(action);
    const text = `${step} ${target}`;
    let putting = true;
    let refused: Refusal | undefined;
    this.backend.requests.put(slot, command, {
      ordered: (refusal) => {
        if (putting) refused = refusal;
        return refused !== undefined;
      },
      answered: (refusal) => {
        if (refusal) this.warn(`${text} was refused: ${refusal.where}: ${refusal.what}`);
      },
      gone: () => {
        this.warn(`${text} was put before server ${slot.place.name}, which is gone: it may not be carried out`);
      },
    });
    putting = false;
    return refused ? err(refused) : ok(undefined);
  }

  /** Who takes a command: of the view that is shown the coordinator, else the first member that runs; else anybody. */
  private member(cluster: number): ServerSlot | undefined {
    const members = this.backend.slots.filter(
      (slot) => slot.place.cluster === cluster && slot.active && slot.engine?.place.phase === Phase.MEMBER,
    );
    const shown = this.backend.tracers[cluster].followed?.view;
    const first = (list: readonly ServerSlot[]): ServerSlot | undefined =>
      list.find((slot) => slot.engine?.place.coordinates && !slot.engine.place.held) ??
      list.find((slot) => slot.engine?.place.coordinates) ??
      list.at(0);
    return (
      first(members.filter((slot) => shown && sameView((slot.engine as EngineView).view, shown))) ?? first(members)
    );
  }

  private toServer(cluster: number, name: string, then: (server: number) => Outcome): Outcome {
    const found = this.backend.directory.server(name);
    return found?.cluster === cluster ? then(found.server) : err(unknown(name, 'server'));
  }

  private onServer(name: string, then: (slot: ServerSlot) => Outcome | undefined): Outcome {
    const found = this.backend.directory.server(name);
    if (!found) return err(unknown(name, 'server'));
    return then(this.backend.slots[found.node]) ?? ok(undefined);
  }

  private onRunning(name: string, then: (slot: ServerSlot) => Outcome | undefined): Outcome {
    return this.onServer(name, (slot) => {
      if (slot.running) return then(slot);
      return slot.booting
        ? refuse('NOT_RUNNING', name, 'it is still booting', 'wait until it runs, or crash it')
        : refuse('NOT_RUNNING', name, 'it has no power', 'restart it first');
    });
  }
}

function refuse(code: string, where: string, what: string, fix: string): Outcome {
  return err({ code, where, what, fix });
}

/** A registry change as the engine takes it: a value's type and bytes beside the name. */
function bare(change: (WorldAction & { type: 'registry' })['change']): (Command & { type: 'registry' })['change'] {
  if (change.change !== 'setValue') return change;
  const { key, name, value } = change;
  return { change: 'setValue', key, name, type: value.type, hex: value.hex };
}
