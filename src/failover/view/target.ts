/**
 * Who should be in the next view, and who leads the change to it. Functions of what one server knows at one moment.
 */
import { type Core, agreed, registered } from '../core.js';
import { bestClique } from '../detect/cliques.js';
import { Phase } from '../frames.js';
import { hasHandedOver } from '../transition/settle.js';
import { type AgreedState, bit, firstOf, has, hasLedTo, sameView, serversOf } from '../state.js';
import type { Relations } from './relations.js';

/** Members of this server's view that still stand in it, this server included; those in conflict left out. */
export function standing(core: Core, relations: Relations, decidedAt: number): number {
  const { members } = agreed(core);
  let mask = 0;
  let accused = 0;
  for (let rest = members; rest !== 0; rest &= rest - 1) {
    const server = firstOf(rest);
    if (server !== core.me && !stands(core, relations, server, decidedAt)) continue;
    mask |= bit(server);
    accused |= accusedBy(core, server, decidedAt);
  }
  // Nearly always nobody who stands is accused: then there is no choice to be made.
  if ((accused & mask) === 0) return mask;
  return bestClique(mask, (a, b) => has(accusedBy(core, a, decidedAt), b) || has(accusedBy(core, b, decidedAt), a));
}

/**
 * All members stand, in this view and by their own word, accuse none of them, and are not about to leave; nobody else is
 * heard. Whatever is asked here then has the same answer until a heartbeat tells something, somebody falls silent, or the
 * agreed state changes.
 */
export function isUndisturbed(core: Core): boolean {
  const { members, servers, view } = agreed(core);
  return core.detector.peers.every((peer, server) => {
    if (!has(members, server)) return !core.detector.hears(server);
    if (servers[server].leaving !== '') return false;
    if (server === core.me) return true;
    const isHere = core.detector.hears(server) && peer.phase === Phase.MEMBER && sameView(peer, view);
    return isHere && peer.incarnation === servers[server].incarnation && (peer.suspects & members) === 0;
  });
}

/** Heard, of the incarnation that was agreed on, and not gone on to a view of its own. */
function stands(core: Core, relations: Relations, server: number, decidedAt: number): boolean {
  const peer = core.detector.peers[server];
  if (!core.detector.hears(server)) return false;
  if (peer.incarnation !== 0 && peer.incarnation !== agreed(core).servers[server].incarnation) return false;
  const late = peer.saidAt > decidedAt + core.definition.heartbeatTimeoutUs;
  if (late && peer.phase !== Phase.MEMBER) return false;
  const relation = relations.of(server);
  return relation !== 'excluded' && relation !== 'foreign';
}

/** Whom a server that stands has said, in this view and since it was decided, that it does not hear. */
function accusedBy(core: Core, server: number, decidedAt: number): number {
  // Whom this server does not hear does not stand to begin with.
  if (server === core.me) return 0;
  const { saidAt, phase, suspects } = core.detector.peers[server];
  const here = phase === Phase.MEMBER && sameView(core.detector.peers[server], agreed(core).view);
  return here && saidAt > decidedAt ? suspects : 0;
}

/**
 * The members of the view that should follow: who stands, less who has handed over, plus who comes. Nobody leaves before
 * all members have let out what there is to tell (`settled`): a server that is shut down hears of its own shutdown.
 */
export function nextView(core: Core, relations: Relations, stand: number, shunned: number, settled: boolean): number {
  const state = agreed(core);
  let mask = stand;
  for (const server of serversOf(stand)) if (settled && isDoneLeaving(state, server)) mask &= ~bit(server);
  for (const server of serversOf(registered(core) & ~state.members & ~shunned))
    if (server !== core.me && isWelcome(core, server)) mask |= bit(server);
  return mask | relations.branchToAbsorb(core, shunned);
}

/** A member that was on its way out and holds nothing any more. */
export function isDoneLeaving(state: AgreedState, server: number): boolean {
  return state.servers[server].leaving !== '' && !state.halting && hasHandedOver({ state }, server);
}

/** A server without a view that both hears this one and is heard, and that may join. */
function isWelcome(core: Core, server: number): boolean {
  const { phase } = core.detector.peers[server];
  return phase !== Phase.MEMBER && core.detector.mutual(server) && mayJoin(core, server) && !agreed(core).halting;
}

/** Auto-return, maintenance and a return by hand decide who may join (section 3.3; the rule for restarts). */
export function mayJoin(core: Core, server: number): boolean {
  const state = agreed(core);
  const { base, returned } = state.servers[server];
  if (has(state.maintenance, server)) return false;
  return returned || core.definition.autoReturn || base === 'STOPPED' || base === 'CLUSTER';
}

/** Servers that look for a view like this one, itself included, as far as they hear each other. */
export function seekers(core: Core, shunned: number): number {
  let mask = bit(core.me);
  for (const server of serversOf(registered(core) & ~core.durable.maintenance & ~shunned)) {
    if (server === core.me) continue;
    const { phase } = core.detector.peers[server];
    if (phase === Phase.SEEKING && core.detector.mutual(server)) mask |= bit(server);
  }
  return mask;
}

/** Whether any server with a view is heard: then there is nothing to form. */
export function hearsMember(core: Core): boolean {
  return serversOf(registered(core)).some(
    (server) => server !== core.me && core.detector.hears(server) && core.detector.peers[server].phase === Phase.MEMBER,
  );
}

/** The first boot among servers that look for a view. */
export function firstBoot(core: Core, among: number): number {
  let first: number = core.bootedAt;
  for (const server of serversOf(among))
    if (server !== core.me) first = Math.min(first, core.detector.peers[server].bootedAt);
  return first;
}

/**
 * Whether this server leads the change: it is the first of those that stand. One that is heard in an earlier view long
 * after the decision has missed it and cannot lead, whatever its place. (One in a view that this server does not know may
 * have gone on, and this server has missed that.)
 */
export function leads(core: Core, stand: number, decidedAt: number): boolean {
  if (!has(stand, core.me)) return false;
  const state = agreed(core);
  const late = decidedAt + core.definition.heartbeatTimeoutUs;
  return serversOf(stand).every((server) => {
    const peer = core.detector.peers[server];
    return server >= core.me || (peer.saidAt > late && hasLedTo(state, peer));
  });
}
