/**
 * What a golden script claims, and its trace as it is written down.
 *
 * The claim stands in the comment at the script's head, one line each, and was written by hand:
 *
 *     # View: A B                            a view and its members; told where a script tells any
 *     # 7 GROUP_FAILOVER_START g1 A > B      an event: id, code, source, and its two servers
 *     # Up: disk vip                         the order in which resources come up
 *     # Down: vip disk                       and go down
 *     # No events.
 */
import type { TraceLine } from '../../src/model/trace.js';

const EVENT = /^# (\d+ [A-Z_]+ \S+(?: \S+)?(?: > \S+)?)$/;
const VIEW = /^# (View: [^.]+)$/;
const NO_EVENTS = '# No events.';

function head(script: string): string[] {
  return script.split('\n').filter((line) => line.startsWith('#'));
}

/** The events, and the views if any, that a script claims; undefined where it neither lists any nor says so. */
export function claimedEvents(script: string): string[] | undefined {
  const claimed = head(script).flatMap((line) => (EVENT.exec(line) ?? VIEW.exec(line))?.[1] ?? []);
  return claimed.length > 0 || head(script).includes(NO_EVENTS) ? claimed : undefined;
}

/** The events of a trace, and its views if they are `wanted`, told in the same way. */
export function eventsOf(lines: readonly TraceLine[], wanted = false): string[] {
  return lines.flatMap((line) => {
    if (line.kind === 'view' && wanted) return [`View: ${line.members.join(' ')}`];
    if (line.kind !== 'event') return [];
    const { id, code, source, src, dst } = line;
    const way = [src, ...(dst === '' ? [] : ['>', dst])].filter((word) => word !== '');
    return [[id, code.replace(/^ARM_EVENT_/, ''), source, ...way].join(' ')];
  });
}

/** Whether a script claims views too. */
export function claimsViews(script: string): boolean {
  return head(script).some((line) => VIEW.test(line));
}

/** The order in which a script says that resources come up or go down, where it does. */
export function claimedOrder(script: string, way: 'Up' | 'Down'): string[] | undefined {
  const line = head(script).find((candidate) => candidate.startsWith(`# ${way}: `));
  return line?.slice(`# ${way}: `.length).split(' ');
}

/** The order in which the resources of a trace came up or went down. */
export function orderOf(lines: readonly TraceLine[], way: 'Up' | 'Down'): string[] {
  const state = way === 'Up' ? 'ONLINE' : 'OFFLINE';
  return lines.flatMap((line) => (line.kind === 'resource' && line.state === state ? [line.resource] : []));
}

/** What no trace may say, whatever its script is about. */
export function oddities(script: string, lines: readonly TraceLine[]): string[] {
  const mayBeOff = /^[^#]*(?:maintenance|autoReturn: false|partition: (?:majority|\{))/m.test(script);
  return lines.flatMap((line) => {
    if (line.kind === 'resource' && (line.state === 'ONLINE') !== (line.server !== ''))
      return [`at ${line.t}: ${line.resource} is ${line.state} on "${line.server}"`];
    if (line.kind === 'group' && line.state === 'OFFLINE' && line.server !== '')
      return [`at ${line.t}: ${line.group} is OFFLINE on ${line.server}`];
    if (line.kind === 'server' && line.status.includes('OFF_CLUSTER') && !mayBeOff)
      return [`at ${line.t}: ${line.server} is OFF_CLUSTER without maintenance, auto-return off or a lost quorum`];
    return [];
  });
}

/** Clusters with more links than this leave their `links` lines out; the hash at the end still covers them. */
const LINKS_MAX = 12;

/** The trace as JSON Lines, without the program's version. */
export function traceText(lines: readonly TraceLine[]): string {
  const links = lines.filter(({ kind }) => kind === 'links').length;
  const shown = lines.filter(({ kind }) => kind !== 'links' || links <= LINKS_MAX);
  return shown.map((line) => `${JSON.stringify(line, withoutVersion)}\n`).join('');
}

function withoutVersion(key: string, value: unknown): unknown {
  return key === 'version' ? undefined : value;
}
