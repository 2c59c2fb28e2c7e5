/**
 * The hands of one server: carries out the orders of the agreed state, one resource after the other, and reports.
 *
 * It decides nothing but what is local: when an activation that never answers has taken too long. It knows what this
 * server truly holds, whatever views come and go, and says so when branches meet.
 */
import type { ClusterDefinition } from '../../model/definition.js';
import type { RegistryContent } from '../../model/registry.js';
import { type Micros, NEVER, micros } from '../../model/time.js';
import type { Effects } from '../frames.js';
import type { ReportCommand } from '../log/commands.js';
import type { HeldGroup } from './held.js';
import { activationOrder } from './order.js';

interface LocalGroup {
  readonly order: readonly number[];
  phase: 'none' | 'activating' | 'active' | 'deactivating';
  op: number;
  /** Position in `order` of the resource at work. */
  position: number;
  run: number;
  deadline: number;
  states: (0 | 1 | 2)[];
  /** How the present order ended, where it has. */
  done: boolean;
  ok: boolean;
  /** A resource that failed by itself while the group was coming up; -1 for none. */
  faulted: number;
  /** What applications have written below its registry keys since it came here. */
  keys: RegistryContent | undefined;
}

export class Executor {
  private readonly groups: LocalGroup[];
  private readonly runs = new Map<number, number>();
  private nextRun = 1;
  /** The earliest instant at which a resource times out. */
  deadline: Micros = NEVER;
  /** Grows with every change of what is held. */
  revision = 0;

  constructor(
    private readonly definition: ClusterDefinition,
    private readonly report: (command: ReportCommand) => void,
  ) {
    this.groups = definition.groups.map((group) => ({
      order: activationOrder(group),
      phase: 'none',
      op: 0,
      position: 0,
      run: 0,
      deadline: NEVER,
      states: group.resources.map(() => 0),
      done: true,
      ok: true,
      faulted: -1,
      keys: undefined,
    }));
  }

  /** Brings a group up or down by order `op`; an order that was carried out before is not carried out again. */
  carryOut(group: number, op: number, action: 'activate' | 'deactivate', now: Micros, out: Effects): void {
    const local = this.groups[group];
    if (local.op === op) return;
    this.forgetRun(local, out);
    this.revision += 1;
    local.op = op;
    local.faulted = -1;
    local.done = false;
    if (action === 'activate') {
      local.phase = 'activating';
      local.position = 0;
      local.keys = undefined;
    } else {
      local.phase = 'deactivating';
      local.position = local.order.length - 1;
    }
    this.advance(group, now, out);
  }

  /** A resource agent has answered. */
  agentDone(run: number, ok: boolean, now: Micros, out: Effects): void {
    const group = this.runs.get(run);
    if (group === undefined) return;
    this.runs.delete(run);
    this.groups[group].run = 0;
    this.resourceDone(group, ok, now, out);
  }

  /** A resource that was active has failed by itself. */
  resourceFailed(group: number, resource: number): void {
    const local = this.groups[group];
    if (local.states[resource] !== 1 || local.phase === 'deactivating') return;
    this.revision += 1;
    local.states[resource] = 2;
    // While the group is still coming up, the fault is told when it is up.
    if (local.phase === 'active') this.report({ type: 'resourceFault', group, resource });
    else local.faulted = resource;
  }

  /** An application has written below a group's registry keys: it goes with the group, if that is here. */
  keysWritten(group: number, keys: RegistryContent): void {
    const local = this.groups[group];
    if (local.phase === 'none') return;
    local.keys = keys;
    this.report({ type: 'groupKeys', group, keys });
  }

  /** Lets time pass: what has taken too long has failed. */
  tick(now: Micros, out: Effects): void {
    if (now < this.deadline) return;
    this.groups.forEach((local, group) => {
      if (local.deadline > now) return;
      this.forgetRun(local, out);
      this.resourceDone(group, false, now, out);
    });
    this.findDeadline();
  }

  /** Everything that this server holds at all. */
  held(): HeldGroup[] {
    const list: HeldGroup[] = [];
    this.groups.forEach((local, group) => {
      if (local.phase !== 'none') list.push({ group, op: local.op, phase: local.phase, resources: [...local.states] });
    });
    return list;
  }

  holds(group: number): boolean {
    return this.groups[group].phase !== 'none';
  }

  get idle(): boolean {
    return this.groups.every((local) => local.phase === 'none');
  }

  /** Says again all that was reported of the present orders, to a coordinator that may not have heard it. */
  reportAgain(): void {
    this.groups.forEach((local, group) => {
      if (local.op <= 0) return;
      if (local.keys && local.phase !== 'none') this.report({ type: 'groupKeys', group, keys: local.keys });
      this.reportStates(local, group);
      if (local.done) this.report({ type: 'orderDone', group, op: local.op, ok: local.ok });
    });
  }

  /** Forgets the orders of a former life in another cluster, whose numbers may come again. Nothing is held. */
  startOver(): void {
    this.revision += 1;
    for (const local of this.groups) local.op = 0;
  }

  /** Brings everything down, by nobody's order: this server has lost its cluster. */
  dropAll(now: Micros, out: Effects): void {
    this.groups.forEach((local, group) => {
      if (local.phase === 'activating' || local.phase === 'active')
        this.carryOut(group, -local.op - 1, 'deactivate', now, out);
    });
  }

  /** What the executor does at this moment, for the digest. */
  describe(): unknown {
    return this.groups.map((local) => [local.phase, local.op, local.position, local.states, local.deadline]);
  }

  private reportStates(local: LocalGroup, group: number): void {
    for (const resource of local.order) {
      if (local.states[resource] === 0 && local.phase !== 'deactivating') continue;
      const online = local.states[resource] === 1;
      this.report({ type: 'resourceDone', group, op: local.op, resource, online, ok: local.states[resource] !== 2 });
    }
  }

  private advance(group: number, now: Micros, out: Effects): void {
    const local = this.groups[group];
    const activating = local.phase === 'activating';
    while (!activating && local.position >= 0 && local.states[local.order[local.position]] !== 1) {
      local.states[local.order[local.position]] = 0;
      local.position -= 1;
    }
    if (local.position < 0 || local.position >= local.order.length) {
      this.finish(group, true);
      return;
    }
    const resource = local.order[local.position];
    local.run = this.nextRun++;
    local.deadline = now + this.definition.groups[group].resources[resource].timeoutUs;
    this.runs.set(local.run, group);
    if (local.deadline < this.deadline) this.deadline = micros(local.deadline);
    out.agent({ run: local.run, group, resource, action: activating ? 'activate' : 'deactivate' });
  }

  private resourceDone(group: number, ok: boolean, now: Micros, out: Effects): void {
    const local = this.groups[group];
    const resource = local.order[local.position];
    const activating = local.phase === 'activating';
    local.deadline = NEVER;
    this.revision += 1;
    local.states[resource] = activating ? (ok ? 1 : 2) : 0;
    this.report({ type: 'resourceDone', group, op: local.op, resource, online: activating && ok, ok });
    if (activating && !ok && this.definition.groups[group].resources[resource].onFailure === 'failover') {
      this.finish(group, false);
      return;
    }
    local.position += activating ? 1 : -1;
    this.advance(group, now, out);
  }

  private finish(group: number, ok: boolean): void {
    const local = this.groups[group];
    this.revision += 1;
    local.phase = local.phase === 'activating' ? 'active' : 'none';
    local.done = true;
    local.ok = ok;
    this.findDeadline();
    this.report({ type: 'orderDone', group, op: local.op, ok });
    if (ok && local.phase === 'active' && local.faulted >= 0)
      this.report({ type: 'resourceFault', group, resource: local.faulted });
  }

  private forgetRun(local: LocalGroup, out: Effects): void {
    if (local.run !== 0) {
      this.runs.delete(local.run);
      out.cancelAgent(local.run);
    }
    local.run = 0;
    local.deadline = NEVER;
  }

  private findDeadline(): void {
    let earliest: number = NEVER;
    for (const local of this.groups) if (local.deadline < earliest) earliest = local.deadline;
    this.deadline = micros(earliest);
  }
}
