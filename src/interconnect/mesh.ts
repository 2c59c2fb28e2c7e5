/**
 * All rings between the nodes of a cluster, and their doorbells, in one piece of shared memory.
 *
 * One ring from each node to each other, and not one per receiver: a thread that is killed while it writes then never
 * stands in another's way.
 *
 * The death of a node's thread. Its words in its rings (the heads of the rings to it, the tails of those from it) have
 * nobody who stores them any more, so the main thread may, and nobody else's word needs to change:
 *
 * 1. the main thread waits for the thread's `exit` event;
 * 2. it calls `resetNode`, once, just before it starts the successor;
 * 3. the successor makes new writers and readers; those of the survivors stay good.
 *
 * Survivors may send and receive all the while. What they sent to the dead node is lost once its successor begins:
 * until then it fills the ring, and `reserve` answers -1. What the dead node had published still arrives, as what is
 * under way on a wire does; what it had not published never does. A message of which only a beginning went over is counted
 * by its MessageReader as broken.
 */
import { Bell } from './bell.js';
import { assertInside, BELL_BYTES } from './layout.js';
import { ringBytes, RingReader, RingWriter, skipUnread } from './ring.js';
import { newSharedMemory, type SharedMemory } from './shared-memory.js';

/** Most nodes of a mesh. */
const MESH_NODES_MAX = 16;
/** Capacity of each ring in bytes where none is given. */
const MESH_CAPACITY_BYTES = 16_384;

/** The mesh of one cluster, seen from one thread. Nodes are numbered from 0. */
export class Mesh {
  private readonly ringSize: number;

  /** Bytes of the memory of a mesh. Throws a RangeError where there is no such mesh. */
  static bytes(nodes: number, capacityBytes = MESH_CAPACITY_BYTES): number {
    if (!Number.isInteger(nodes) || nodes < 1 || nodes > MESH_NODES_MAX)
      throw new RangeError(`No mesh has ${nodes} nodes.`);
    return nodes * BELL_BYTES + nodes * (nodes - 1) * ringBytes(capacityBytes);
  }

  /** Where a node's doorbell is in the memory, in bytes. */
  static bellOffset(node: number): number {
    return node * BELL_BYTES;
  }

  /** A mesh in new memory, with empty rings. Throws a RangeError where there is no such mesh. */
  static create(nodes: number, capacityBytes = MESH_CAPACITY_BYTES): Mesh {
    return new Mesh(newSharedMemory(Mesh.bytes(nodes, capacityBytes)), nodes, capacityBytes);
  }

  /**
   * The mesh in the memory of one that was created, with the same numbers. Throws a RangeError where it is too small.
   *
   * @param nodes 1 to 16
   * @param capacityBytes of each ring: a power of two, 256 to 16 MiB
   */
  constructor(
    readonly memory: SharedMemory,
    readonly nodes: number,
    readonly capacityBytes: number = MESH_CAPACITY_BYTES,
  ) {
    assertInside(memory.buffer, 0, Mesh.bytes(nodes, capacityBytes));
    this.ringSize = ringBytes(capacityBytes);
  }

  /** A new writer for frames between two nodes: in the thread of `from`, one at a time. Throws where there is no ring. */
  writer(from: number, to: number): RingWriter {
    return new RingWriter(this.memory, this.ringOffset(from, to), this.capacityBytes);
  }

  /** A new reader of frames between two nodes: in the thread of `to`, one at a time. Throws where there is no ring. */
  reader(from: number, to: number): RingReader {
    return new RingReader(this.memory, this.ringOffset(from, to), this.capacityBytes);
  }

  /** The doorbell of a node. Throws a RangeError where there is no such node. */
  bell(node: number): Bell {
    this.assertNode(node);
    return new Bell(this.memory.buffer, Mesh.bellOffset(node));
  }

  /**
   * Takes the place of a node whose thread is dead, for its successor: everything sent to it so far is taken as read,
   * and it does not sleep. For the caller's part see the head of this file. Throws where there is no such node.
   */
  resetNode(node: number): void {
    this.bell(node).awake();
    for (let from = 0; from < this.nodes; from++)
      if (from !== node) skipUnread(this.memory, this.ringOffset(from, node), this.capacityBytes);
  }

  /** Where a ring begins in the memory, in bytes. Throws a RangeError where there is no such ring. */
  ringOffset(from: number, to: number): number {
    this.assertNode(from);
    this.assertNode(to);
    if (from === to) throw new RangeError(`There is no ring from node ${from} to itself.`);
    const ring = from * (this.nodes - 1) + (to < from ? to : to - 1);
    return this.nodes * BELL_BYTES + ring * this.ringSize;
  }

  private assertNode(node: number): void {
    if (!Number.isInteger(node) || node < 0 || node >= this.nodes) throw new RangeError(`There is no node ${node}.`);
  }
}
