/** Servers' sending ends and receiving ends without their threads, over real shared memory. */
import type { ClusterMemory, RealtimeBoot } from '../../src/node/realtime/boot.js';
import { isFor, Links, marksOf } from '../../src/node/realtime/links.js';
import { boardBytes } from '../../src/node/realtime/status.js';
import { Switches } from '../../src/node/realtime/switches.js';
import { blankBeat, fromBytes, readBeat } from '../../src/node/wire.js';
import { EMPTY_DURABLE } from '../../src/failover/frames.js';
import { Mesh } from '../../src/interconnect/mesh.js';
import { MessageReader } from '../../src/interconnect/messages.js';
import type { ClusterDefinition } from '../../src/model/definition.js';
import { type LinkCounters, type LinkRule, NetworkModel } from '../../src/network/model.js';
import { beat, define } from '../support/beats.js';

const SERVERS = 3;

/** All that the threads of one cluster share. */
export class Shared {
  readonly definition: ClusterDefinition = define({ servers: SERVERS });
  readonly mesh = Mesh.create(SERVERS);
  readonly model: NetworkModel;
  readonly switches: Switches;
  private readonly memory: ClusterMemory;

  constructor() {
    const accounts = new SharedArrayBuffer(NetworkModel.accountBytes(SERVERS, 1));
    const switches = new SharedArrayBuffer(Switches.bytes(SERVERS));
    const status = new SharedArrayBuffer(boardBytes(SERVERS));
    this.memory = { meshes: [{ network: 0, memory: this.mesh.memory }], accounts, switches, status };
    this.model = new NetworkModel(SERVERS, 1, 1, accounts);
    this.switches = new Switches(switches);
    for (let server = 0; server < SERVERS; server += 1) this.switches.setPower(server, 1);
  }

  links(me: number, rules: readonly LinkRule[] = [], incarnation = 1): Links {
    const boot = {
      definition: this.definition,
      me,
      incarnation,
      durable: EMPTY_DURABLE,
      memory: this.memory,
      first: 0,
      nodes: SERVERS,
      networks: 1,
      seed: 1,
      rules,
    };
    // What only the thread itself looks at is left out.
    return new Links(boot as unknown as RealtimeBoot, this.switches);
  }

  accounts(from: number, to: number): LinkCounters {
    return this.model.counters(from, to, 0);
  }

  /** A server dies, and its thread is gone. */
  die(server: number): void {
    const incarnation = this.switches.power(server);
    this.switches.setPower(server, 0);
    this.switches.setPower(server, -incarnation);
  }

  /** Its successor boots. */
  rise(server: number): void {
    this.mesh.resetNode(server);
    this.switches.setPower(server, 1 - this.switches.power(server));
  }
}

/** What a server's thread does with what has arrived. */
export class Receiver {
  readonly took: unknown[] = [];
  /** Frames for somebody before it. */
  strange = 0;
  private readonly ring;
  private readonly messages: MessageReader;
  private corrupt = 0;

  constructor(
    private readonly shared: Shared,
    private readonly from: number,
    private readonly to: number,
    private readonly incarnation = 1,
  ) {
    this.ring = shared.mesh.reader(from, to);
    this.messages = new MessageReader(this.ring);
  }

  drain(): this {
    const { from, to, shared } = this;
    this.messages.drain((_kind, _ends, epoch, _stamp, bytes, ring) => {
      if (!isFor(epoch, this.incarnation)) {
        this.strange += 1;
        return;
      }
      shared.model.delivered(from, to, 0, marksOf(epoch));
      this.took.push(bytes ? fromBytes(bytes) : readBeat(blankBeat(SERVERS), ring.i32, ring.f64, ring.at, to));
    });
    for (; this.corrupt < this.ring.corrupt; this.corrupt += 1) shared.model.dropped(from, to, 0, 'corrupt');
    return this;
  }
}

export const aBeat = (sentAt: number) => beat({ from: 0, sentAt, heard: [0, 0, 0] });
