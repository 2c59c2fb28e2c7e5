/**
 * When a change of view needs no round of promises: its coordinator goes on in the view that it leads already, and nobody
 * comes or goes in an orderly way.
 *
 * A promise is asked for so that the next view knows what the members hold and nobody follows two leaders. Where the
 * coordinator stays, all members hold the same entries and some of them are merely lost, it knows what they hold, and it
 * may commit like a leader with a standing ballot. A member takes the commit, and promises its epoch as it does so, where
 * it stands just where its coordinator stood. One that does not leaves the view's first entry without its word, so that
 * nothing is let out.
 *
 * Only under `none`: a quorum, a fence and the witness count on what is said in promises.
 */
import { type Core, agreed, coordinates } from '../core.js';
import { type LogPosition, Phase } from '../frames.js';
import { sameView, serversOf } from '../state.js';
import { isDoneLeaving } from './target.js';

/**
 * Whoever is to be a member without a word must have heard this server within so many heartbeat intervals, by its own
 * word, and in any case well within the timeout. So it does not follow another already. And a server that was lost together
 * with the one that is missed has been quiet for longer: a round waits until that is certain, both are lost in one view, and
 * no group is sent to the second.
 */
const HEARD_INTERVALS = 3;
/** That much within the timeout. */
const MARGIN_INTERVALS = 2;

/**
 * Whether all servers of the next view stand where this one does, its coordinator now and then, so that it may commit
 * that view without asking them.
 *
 * @param target Servers that stand: each is heard, in the incarnation that was agreed on.
 */
export function mayGoOnWith(core: Core, target: number): boolean {
  if (core.definition.partition.kind !== 'none' || !coordinates(core) || core.now < core.backSince) return false;
  const state = agreed(core);
  if ((target & ~state.members) !== 0) return false;
  return serversOf(target).every((server) => !isDoneLeaving(state, server) && isHere(core, server));
}

/** By its own word of a moment ago it is in this view, and hears this server. */
function isHere({ me, now, definition, detector, replica }: Core, server: number): boolean {
  if (server === me) return true;
  const { heartbeatIntervalUs: interval, heartbeatTimeoutUs: timeout } = definition;
  const peer = detector.peers[server];
  if (peer.phase !== Phase.MEMBER || !sameView(peer, replica.state.view)) return false;
  const limit = Math.min(HEARD_INTERVALS * interval, timeout - MARGIN_INTERVALS * interval);
  return now - detector.acknowledged[server] <= limit;
}

/**
 * Whether this server, as things stand, goes on with its coordinator without having been asked.
 *
 * @param after The view that was committed upon, and how long its log was.
 */
export function mayFollowAtOnce(core: Core, after: LogPosition): boolean {
  const { view, index } = agreed(core);
  if (core.phase !== Phase.MEMBER || core.ending || core.now < core.backSince) return false;
  return sameView(view, after) && index === after.index && core.detector.hears(view.coordinator);
}
