/**
 * What the cluster lets out, as the server events of Ver3.0 (4.1.3.2): ten of them, none for a group.
 *
 * The events of servers pass as they are. A group that goes back to its primary is a failback: moved there by hand
 * (GROUP_MOVE_...), or by itself (GROUP_STOP on one server, GROUP_START on the primary). Printers and lines that have come up on
 * another server with their group are switched. All else that happens to a group has no event here.
 *
 * Nothing is raised but together with an event of the cluster. So the numbers of Ver3.0 can be made of the cluster's,
 * and are the same on all members: 256 times the cluster's number, plus the position among those that come with it.
 */
import type { ClusterLook, Told } from '../../../cluster/service.js';
import type { ClusterDefinition } from '../../../model/definition.js';
import type { EventName3 } from '../constants.js';

/** A server event, as watchers get it. */
export interface ServerEvent {
  readonly id: number;
  readonly code: EventName3;
  /** The server that it is about; empty for a line that was switched while its group is down. */
  readonly server: string;
  /** The resource that was switched; else empty. */
  readonly resource: string;
}

type Happening = Omit<ServerEvent, 'id'>;
type Line = Told['lines'][number];
type EventLine = Line & { readonly kind: 'event' };

/** Numbers for each event of the cluster: more than a group has resources. */
const SPAN = 256;

export class Translation {
  /** Groups that go back by themselves, with the server that they go to. */
  private readonly returning = new Map<number, number>();
  /** Failbacks that have failed, and no event has come yet to tell it with. */
  private failed: Happening[] = [];
  /** For each group and resource the server where it is ONLINE, or -1. */
  private readonly places: number[][];

  /** @param look what the server knows of its cluster at this moment; undefined where it is no member */
  constructor(
    private readonly definition: ClusterDefinition,
    look: ClusterLook | undefined,
  ) {
    this.places = definition.groups.map(({ resources }, group) =>
      resources.map((_, resource) => look?.resources[group][resource].server ?? -1),
    );
    look?.groups.forEach(({ returning, server }, group) => {
      if (returning) this.returning.set(group, server);
    });
  }

  /** The server events of one outcome, in order. */
  take(lines: Told['lines']): ServerEvent[] {
    for (const line of lines) this.note(line);
    const events = lines.filter((line): line is EventLine => line.kind === 'event');
    const last = events.at(-1);
    const found = events.flatMap((line) => {
      const happened = this.translated(line, lines);
      if (line === last) happened.push(...this.failed.splice(0));
      return happened.map((each, position) => ({ id: line.id * SPAN + position, ...each }));
    });
    for (const line of lines)
      if (line.kind === 'group' && line.state.startsWith('ONLINE')) this.returning.delete(line.group);
    return found;
  }

  /** Keeps up with where resources are, and with groups that have gone elsewhere than back. */
  private note(line: Line): void {
    if (line.kind === 'resource') this.places[line.group][line.resource] = line.server;
    if (line.kind !== 'group') return;
    const to = this.returning.get(line.group);
    if (to === undefined || to === line.server) return;
    this.returning.delete(line.group);
    this.failed.push(...this.failback('FAILURE', line.group, this.nameOf(to)));
  }

  private translated(line: EventLine, lines: Told['lines']): Happening[] {
    const { code, source, src, dst } = line;
    const group = this.definition.groups.findIndex(({ name }) => name === source);
    switch (code) {
      case 'ARM_EVENT_SHUTDOWN':
      case 'ARM_EVENT_DOWN':
      case 'ARM_EVENT_RETURN_TO_CLUSTER':
      case 'ARM_EVENT_FAILOVER_START':
      case 'ARM_EVENT_FAILOVER_END':
        return [{ code, server: source, resource: '' }];
      case 'ARM_EVENT_LSW_SWITCHED':
        return [{ code, server: this.placeOf(source), resource: source }];
      case 'ARM_EVENT_GROUP_MOVE_START':
        return this.failback('START', group, dst);
      case 'ARM_EVENT_GROUP_MOVE_END':
        return [...this.switched(group), ...this.failback('END', group, dst)];
      case 'ARM_EVENT_GROUP_MOVE_FAILURE':
        return this.failback('FAILURE', group, dst);
      case 'ARM_EVENT_GROUP_FAILOVER_END':
        // A group whose move has come to nothing may come up again where it was.
        return src === dst ? [] : this.switched(group);
      case 'ARM_EVENT_GROUP_STOP':
        return this.leftToReturn(group, lines);
      case 'ARM_EVENT_GROUP_START':
        return this.returned(group);
      case 'ARM_EVENT_GROUP_FAILOVER_START':
      case 'ARM_EVENT_GROUP_FAILOVER_FAILURE':
        return [];
      default:
        return code satisfies never;
    }
  }

  /** A group has stopped. Where it comes up elsewhere at once, it goes back by itself. */
  private leftToReturn(group: number, lines: Told['lines']): Happening[] {
    const next = lines.find((line) => line.kind === 'group' && line.group === group);
    if (next?.kind !== 'group' || next.state !== 'INPROGRESS' || next.server < 0) return [];
    this.returning.set(group, next.server);
    return this.failback('START', group, this.nameOf(next.server));
  }

  private returned(group: number): Happening[] {
    const to = this.returning.get(group);
    return to === undefined ? [] : [...this.switched(group), ...this.failback('END', group, this.nameOf(to))];
  }

  /** A failback of a group to that server; to any other than its primary it is none. */
  private failback(what: 'START' | 'END' | 'FAILURE', group: number, to: string): Happening[] {
    const primary = this.nameOf(this.definition.groups[group].servers[0]);
    return to === primary ? [{ code: `ARM_EVENT_FAILBACK_${what}`, server: to, resource: '' }] : [];
  }

  /** Its printers and lines that have come up. */
  private switched(group: number): Happening[] {
    return this.definition.groups[group].resources.flatMap(({ name, type }, resource): Happening[] => {
      const server = this.nameOf(this.places[group][resource]);
      if (server === '' || (type !== 'printer' && type !== 'lsw')) return [];
      const code = type === 'printer' ? 'ARM_EVENT_PRINTER_SWITCHED' : 'ARM_EVENT_LSW_SWITCHED';
      return [{ code, server, resource: name }];
    });
  }

  private placeOf(resource: string): string {
    for (const [group, { resources }] of this.definition.groups.entries()) {
      const index = resources.findIndex(({ name }) => name === resource);
      if (index >= 0) return this.nameOf(this.places[group][index]);
    }
    return '';
  }

  private nameOf(server: number): string {
    return server < 0 ? '' : this.definition.servers[server].name;
  }
}
