/**
 * The sender's end of a server's links: frames into the rings, through the rules of the network model.
 *
 * An untouched link is the ring and nothing else. Where rules are in force the sender loses, doubles, damages and holds
 * back frames itself, by the same draws as in virtual time: an operator's cable tester in front of each socket. A link's
 * delay counts beyond the default one, which stands for what the ring takes.
 *
 * Accounts. Every frame has one fate, though threads may be killed anywhere. Each frame says which incarnation of its
 * receiver it is for, and no other takes it in. When a receiver's thread is gone, what was sent to it and has not arrived
 * is written off, by the sender alone: it forgets what it held back for the dead one, and nobody else counts any more.
 * Second copies have accounts of their own, and are written off in the same way.
 * Where the sender is dead itself, the main thread does so (`settle`).
 *
 * Nobody counts a message that its receiver finds broken. A rule damages a frame as a whole, and what arrives then is one
 * frame with a wrong checksum, never a part: so a message is broken where one of its ends has died, and written off for
 * that, or where a part was damaged in the ring itself, and its checksum's fate is the message's.
 */
import type { ControlFrame, Heartbeat } from '../../failover/frames.js';
import type { Bell } from '../../interconnect/bell.js';
import { Mesh } from '../../interconnect/mesh.js';
import { endsMessage, MessageWriter } from '../../interconnect/messages.js';
import type { RingReader, RingWriter } from '../../interconnect/ring.js';
import { type Micros, NEVER, micros } from '../../model/time.js';
import { DEFAULT_DELAY_US } from '../../network/links.js';
import { Deliveries, MARK_COPY, MARK_CORRUPT, NetworkModel, type Unread } from '../../network/model.js';
import { BEAT_BYTES, toBytes, writeBeat } from '../wire.js';
import type { RealtimeBoot } from './boot.js';
import { covers } from './covers.js';
import type { Switches } from './switches.js';

/** What travels on a mesh. */
const MeshKind = { BEAT: 1, CONTROL: 2 } as const;

/** In the epoch of a frame: it is the second copy. */
const COPY_BIT = 0x8000;
/** In the epoch of a frame: the incarnation of its receiver. */
const INCARNATION_MASK = 0x7fff;

/** The network model's marks of a frame that has arrived. */
export function marksOf(epoch: number): number {
  return (epoch & COPY_BIT) === 0 ? 0 : MARK_COPY;
}

/** Whether a frame that has arrived is for this incarnation, and not for one before it. */
export function isFor(epoch: number, incarnation: number): boolean {
  return (epoch & INCARNATION_MASK) === (incarnation & INCARNATION_MASK);
}

/**
 * Writes off what a sender whose thread is gone had sent over one ring and what will never arrive. Nobody else counts it.
 *
 * @param power of the receiver, as its switches say
 */
export function settle(model: NetworkModel, link: Link, ring: RingReader, power: number): void {
  const { from, to, network } = link;
  if (power < 0) model.writeOff(from, to, network);
  // What the receiver may still take in is looked at first: what it takes in meanwhile is then left for another time.
  if (power <= 0) return;
  const unread = countUnread(ring, power);
  model.writeOff(from, to, network, unread);
}

/** Frames and whole messages in a ring that its receiver may still take in. The ring stays as it is. */
function countUnread(ring: RingReader, power: number): Unread {
  let [frames, copies] = [0, 0];
  while (ring.next()) {
    if (!isFor(ring.epoch, power) || !endsMessage(ring)) continue;
    if (marksOf(ring.epoch) === 0) frames += 1;
    else copies += 1;
  }
  // A copy that is damaged is not sent.
  return { frames: frames + ring.corrupt, copies };
}

/** One direction of a link on one network, by nodes of the network model. */
export interface Link {
  readonly from: number;
  readonly to: number;
  readonly network: number;
}

/** Control frames that may wait for one receiver; a server that hangs for long is told no more than that. */
const WAITING_MAX = 4096;

/** A control frame, written out, on its way into a ring. */
interface Control {
  readonly frame: ControlFrame;
  readonly bytes: Uint8Array;
}

/** One that waits for room. */
interface Sent {
  readonly frame: ControlFrame;
  readonly marks: number;
}

interface Out {
  readonly to: number;
  readonly ends: number;
  readonly network: number;
  /** The receiver's. */
  readonly bell: Bell;
  readonly ring: RingWriter;
  readonly messages: MessageWriter<Sent>;
  /** A control frame was written: its receiver is to be woken. */
  urgent: boolean;
  /** Of its receiver, when it was last looked at. */
  power: number;
}

type Held =
  | { readonly at: Micros; readonly out: Out; readonly marks: number; readonly beat: Heartbeat }
  | ({ readonly at: Micros; readonly out: Out; readonly marks: number } & Control);

/** A server's links to all others of its cluster. */
export class Links {
  /** The network's rules and accounts; the accounts are shared by all threads. */
  readonly model: NetworkModel;
  /** The meshes of the interconnects, with their numbers in the model. */
  readonly meshes: readonly { readonly network: number; readonly mesh: Mesh }[];
  private readonly outs: readonly Out[][];
  private readonly deliveries = new Deliveries();
  /** Frames held back by a rule, the next to go first. */
  private held: Held[] = [];
  /** How often power had changed when all receivers were looked after last; undefined before the first time. */
  private powerChanges: number | undefined;
  /** The control frame that was sent last, and its bytes: a frame for all members is written out once. */
  private encoded: Control | undefined;
  /** This server and all others, by nodes of the network model. */
  private readonly node: number;
  private readonly others: readonly number[];

  constructor(
    private readonly boot: RealtimeBoot,
    private readonly switches: Switches,
  ) {
    const { definition, first, me, memory, nodes, networks, seed, rules } = boot;
    const servers = definition.servers.length;
    this.model = new NetworkModel(nodes, networks, seed, memory.accounts);
    this.model.obey(first + me, rules);
    this.node = first + me;
    this.others = definition.servers.flatMap((_, to) => (to === me ? [] : [first + to]));
    this.meshes = memory.meshes.map(({ network, memory: shared }) => ({ network, mesh: new Mesh(shared, servers) }));
    this.outs = this.meshes.map(({ network, mesh }) =>
      definition.servers.flatMap((_, to) => {
        if (to === me) return [];
        const ring = mesh.writer(me, to);
        return [
          {
            to,
            ends: me | (to << 8),
            network,
            bell: this.meshes[0].mesh.bell(to),
            ring,
            messages: new MessageWriter<Sent>(ring),
            urgent: false,
            // Who is gone is heeded at once; what a predecessor sent to who runs was settled when it died.
            power: Math.max(0, this.switches.power(to)),
          },
        ];
      }),
    );
  }

  /** When the next frame held back is to go. */
  get nextAt(): Micros {
    return this.held.length === 0 ? NEVER : this.held[0].at;
  }

  /** A heartbeat to every other server, on every interconnect. */
  broadcast(beat: Heartbeat, now: Micros): void {
    for (let index = 0; index < this.meshes.length; index += 1) {
      const { network } = this.meshes[index];
      const outs = this.outs[index];
      if (this.model.isPlain(this.node, network)) this.toAll(outs, network, beat, now);
      else for (const out of outs) this.through(out, now, { beat });
    }
  }

  /** No rule is in force on any of these links: nobody has to be asked what becomes of each frame. */
  private toAll(outs: readonly Out[], network: number, beat: Heartbeat, now: Micros): void {
    this.heedAll();
    this.model.countBroadcast(this.node, network, this.others, now);
    for (const out of outs) {
      if (out.power > 0) this.writeBeat(out, 0, now, beat);
      else this.lost(out, 'off', 0);
    }
  }

  /** A control frame to one server, on every interconnect. */
  send(to: number, frame: ControlFrame, now: Micros): void {
    if (this.encoded?.frame !== frame) this.encoded = { frame, bytes: toBytes(frame) };
    for (const outs of this.outs) for (const out of outs) if (out.to === to) this.through(out, now, this.encoded);
  }

  /** Lets the frames go whose time has come. */
  release(now: Micros): void {
    while (this.held.length > 0 && this.held[0].at <= now) {
      // Whose receiver is gone is none of these any more.
      this.heed(this.held[0].out);
      if (this.nextAt > now) return;
      const next = this.held.shift() as Held;
      this.write(next.out, next.marks, now, next);
    }
  }

  /** Makes everything written visible, and wakes whom a control frame is for. Heartbeats never ring. */
  publish(): void {
    let urgent = false;
    for (const outs of this.outs) {
      for (const out of outs) {
        if (out.messages.waiting > 0) this.retry(out);
        out.urgent = out.ring.publish() && out.urgent;
        urgent ||= out.urgent;
      }
    }
    if (!urgent) return;
    // Who is woken may take this thread's core at once: everything is there for everybody before the first bell.
    for (const outs of this.outs) {
      for (const out of outs) {
        if (out.urgent) out.bell.ring();
        out.urgent = false;
      }
    }
  }

  private retry(out: Out): void {
    this.heed(out);
    if (out.power <= 0 || out.messages.waiting === 0) return;
    // It publishes by itself, so that nothing fresh is left to ring for. The receiver rings when it has made room.
    if (!out.messages.flush()) {
      out.ring.starve();
      out.messages.flush();
    }
    out.bell.ring();
  }

  /** Looks after its receiver: what was sent to one that is gone, and has not arrived, never will. */
  private heed(out: Out): void {
    const power = this.switches.power(out.to);
    if (power === out.power) return;
    out.power = power;
    // Its thread may still take frames in while it dies.
    if (power === 0) return;
    out.messages.clear();
    if (this.held.length > 0) this.held = this.held.filter((held) => held.out !== out);
    const { first, me } = this.boot;
    this.model.writeOff(first + me, first + out.to, out.network);
  }

  /** The same for all receivers, where any power has changed. */
  private heedAll(): void {
    const changes = this.switches.powerChanges();
    if (changes === this.powerChanges) return;
    this.powerChanges = changes;
    for (const outs of this.outs) for (const out of outs) this.heed(out);
  }

  private through(out: Out, now: Micros, what: { beat: Heartbeat } | Control): void {
    const { first, me } = this.boot;
    const { model, deliveries } = this;
    this.heed(out);
    const copies = model.send(first + me, first + out.to, out.network, now, deliveries);
    for (let copy = 0; copy < copies; copy += 1) {
      const at = micros(deliveries.atUs[copy] - DEFAULT_DELAY_US);
      const marks = deliveries.marks[copy];
      if (at <= now) this.write(out, marks, now, what);
      else this.hold({ at, out, marks, ...what });
    }
  }

  private hold(held: Held): void {
    const place = this.held.findIndex(({ at }) => at > held.at);
    if (place < 0) this.held.push(held);
    else this.held.splice(place, 0, held);
  }

  private write(out: Out, marks: number, now: Micros, what: { beat: Heartbeat } | Control): void {
    if (out.power <= 0) return this.lost(out, 'off', marks);
    const damaged = (marks & MARK_CORRUPT) !== 0;
    // Its receiver could not tell that it is a copy, which has another account.
    if (damaged && (marks & MARK_COPY) !== 0) return this.lost(out, 'corrupt', marks);
    if ('beat' in what) this.writeBeat(out, marks, now, what.beat);
    else if (damaged) this.writeDamaged(out, marks, what.bytes, now);
    else this.writeControl(out, marks, now, what, 'at' in what);
  }

  /** @param held it was held back, and so may be older than what waits */
  private writeControl(out: Out, marks: number, now: Micros, { frame, bytes }: Control, held: boolean): void {
    const { messages } = out;
    if (messages.waiting > 0 && !held)
      for (const past of messages.forget((older) => older.marks === marks && covers(frame, older.frame)))
        this.lost(out, 'full', past.marks);
    if (messages.waiting >= WAITING_MAX) return this.lost(out, 'full', marks);
    messages.send(MeshKind.CONTROL, out.ends, epochOf(out, marks), bytes, now, { frame, marks });
    out.urgent = true;
  }

  private writeBeat(out: Out, marks: number, now: Micros, beat: Heartbeat): void {
    const { ring } = out;
    const at = ring.reserve(MeshKind.BEAT, out.ends, epochOf(out, marks), BEAT_BYTES, now);
    if (at < 0) return this.lost(out, 'full', marks);
    writeBeat(ring.i32, ring.f64, at, beat, out.to);
    ring.seal();
    if ((marks & MARK_CORRUPT) !== 0) ring.i32[at] ^= 1;
  }

  /** A damaged control frame never gets to its receiver; what does is a frame with a wrong checksum. */
  private writeDamaged(out: Out, marks: number, bytes: Uint8Array, now: Micros): void {
    const size = Math.min(bytes.length, 64);
    const at = out.ring.reserve(MeshKind.CONTROL, out.ends, epochOf(out, marks), size, now);
    if (at < 0) return this.lost(out, 'full', marks);
    for (let i = 0; i < size; i += 1) out.ring.u8[at * 4 + i] = bytes[i];
    out.ring.seal();
    out.ring.i32[at] ^= 1;
  }

  private lost(out: Out, reason: 'off' | 'full' | 'corrupt', marks: number): void {
    const { first, me } = this.boot;
    this.model.dropped(first + me, first + out.to, out.network, reason, marks);
  }
}

/** Whom the frame is for, and whether it is the second copy of one. */
function epochOf(out: Out, marks: number): number {
  return (out.power & INCARNATION_MASK) | ((marks & MARK_COPY) === 0 ? 0 : COPY_BIT);
}
