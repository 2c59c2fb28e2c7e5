/**
 * Which frames that still wait for room need not go any more, because a later one says all that they say.
 *
 * An engine says again what was not answered in time: on a network frames are lost. Here they wait at the sender's, and to
 * say a long one again while the first is still waiting only makes it wait longer; what answers it would be as long.
 */
import type { Append, ControlFrame, Submit } from '../../failover/frames.js';
import { sameView } from '../../failover/state.js';

/** Whether a frame says all that an older one to the same receiver says, so that this may be left out. */
export function covers(frame: ControlFrame, older: ControlFrame): boolean {
  switch (frame.type) {
    case 'propose':
    case 'pledge':
    case 'appendAck':
      // Of a later epoch: whoever hears of that cares for none before it.
      return older.type === frame.type && frame.epoch >= older.epoch;
    case 'decline':
    case 'withdraw':
    case 'commit':
    case 'installed':
      return older.type === frame.type && frame.epoch === older.epoch;
    case 'append':
      return older.type === 'append' && coversEntries(frame, older);
    case 'submit':
      return older.type === 'submit' && coversItems(frame, older);
    case 'ask':
      return older.type === 'ask' && sameView(frame.view, older.view);
    case 'verdict':
      return older.type === 'verdict' && sameView(frame.view, older.view) && sameView(frame.about, older.about);
    case 'standOff':
    case 'goodbye':
      return older.type === frame.type;
    case 'witnessAsk':
    case 'witnessAnswer':
      // They go another way.
      return false;
    default:
      frame satisfies never;
      return false;
  }
}

function coversEntries(frame: Append, older: Append): boolean {
  const ends = frame.after + frame.entries.length >= older.after + older.entries.length;
  const knows = frame.stable >= older.stable && frame.floor >= older.floor;
  return frame.epoch === older.epoch && frame.after <= older.after && ends && knows;
}

function coversItems(frame: Submit, older: Submit): boolean {
  const { items } = frame;
  if (frame.epoch !== older.epoch) return false;
  return older.items.every(({ n }) => items.length > 0 && n >= items[0].n && n <= items[items.length - 1].n);
}
