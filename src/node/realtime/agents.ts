/**
 * The resource agents of one server: each activation and deactivation takes its time, and then answers.
 */
import type { AgentCall } from '../../failover/frames.js';
import type { ClusterDefinition } from '../../model/definition.js';
import { type Micros, NEVER, micros } from '../../model/time.js';
import type { ResourceFault } from './boot.js';

interface Due {
  readonly at: Micros;
  readonly call: AgentCall;
}

export class Agents {
  private due: Due[] = [];
  private faults = new Map<string, ResourceFault['how']>();

  constructor(
    private readonly definition: ClusterDefinition,
    faults: readonly ResourceFault[],
  ) {
    this.setFaults(faults);
  }

  /** When the next one answers. */
  get nextAt(): Micros {
    return this.due.length === 0 ? NEVER : this.due[0].at;
  }

  /** Which resources are broken here, and which hang. */
  setFaults(faults: readonly ResourceFault[]): void {
    this.faults = new Map(faults.map(({ resource, how }) => [resource, how]));
  }

  /** Begins an activation or deactivation. */
  start(call: AgentCall, now: Micros): void {
    const { name, activateUs, deactivateUs } = this.resource(call);
    const rises = call.action === 'activate';
    if (rises && this.faults.get(name) === 'hangs') return;
    const at = micros(now + (rises ? activateUs : deactivateUs));
    const place = this.due.findIndex((other) => other.at > at);
    this.due.splice(place < 0 ? this.due.length : place, 0, { at, call });
  }

  /** Its answer is not wanted any more. */
  cancel(run: number): void {
    this.due = this.due.filter(({ call }) => call.run !== run);
  }

  /** The next one that has answered by now: its run, and whether all went well. */
  next(now: Micros): { readonly run: number; readonly ok: boolean } | undefined {
    if (this.nextAt > now) return undefined;
    const { call } = this.due.shift() as Due;
    return { run: call.run, ok: call.action === 'deactivate' || !this.faults.has(this.resource(call).name) };
  }

  private resource({ group, resource }: AgentCall): ClusterDefinition['groups'][number]['resources'][number] {
    return this.definition.groups[group].resources[resource];
  }
}
