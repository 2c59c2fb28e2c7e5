/**
 * When a change of view needs no round of promises: its coordinator goes on in the view that it leads already, and nobody
 * comes.
 *
 * A promise is asked for so that the next view knows what the members hold and nobody follows two leaders. Where the
 * coordinator stays, all members hold the same entries and some of them are merely lost, it knows what they hold, and it
 * may commit like a leader with a standing ballot. Each member takes the commit under the conditions under which it would
 * have promised; one that cannot leaves the view's first entry without its word, so that nothing is let out.
 *
 * Only under `none`: a quorum, a fence and the witness count on what is said in promises.
 */
import { type Core, agreed, coordinates } from '../core.js';
import { type LogPosition, Phase } from '../frames.js';
import { sameView, serversOf } from '../state.js';

/**
 * Who is to be a member without a word must have been heard within so many heartbeat intervals. A server that was lost
 * together with the one that is missed has been quiet for nearly as long, and a round waits until that is certain: so two
 * that are lost at once are lost in one view, and no group is sent to the second of them.
 */
const FRESH_INTERVALS = 2;

/**
 * Whether this server may commit a view of those members without asking them.
 *
 * @param target Servers that stand: each is heard, in the incarnation that was agreed on.
 */
export function mayCommitAtOnce(core: Core, target: number): boolean {
  if (core.definition.partition.kind !== 'none' || !coordinates(core) || core.now < core.backSince) return false;
  const { members, view } = agreed(core);
  if ((target & ~members) !== 0) return false;
  return serversOf(target).every((server) => {
    if (server === core.me) return true;
    const peer = core.detector.peers[server];
    const isHere = peer.phase === Phase.MEMBER && sameView(peer, view);
    const isFresh = core.now - core.detector.heard[server] <= FRESH_INTERVALS * core.definition.heartbeatIntervalUs;
    return isHere && isFresh;
  });
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
