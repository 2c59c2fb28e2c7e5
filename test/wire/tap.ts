/**
 * Listens in on conversations: a port that passes everything on to another, and writes it down as a capture that
 * tshark reads. So nobody needs the right to capture packets.
 */
import { connect, createServer, type AddressInfo } from 'node:net';

/** A piece of a conversation. */
interface Piece {
  readonly connection: number;
  readonly toServer: boolean;
  readonly bytes: Buffer;
}

export interface Tap {
  readonly port: number;
  readonly pieces: readonly Piece[];
  close(): Promise<void>;
}

/** Listens on `host`, in front of a port of 127.0.0.1. */
export async function tap(port: number, host = '127.0.0.1'): Promise<Tap> {
  const pieces: Piece[] = [];
  let connections = 0;
  const server = createServer((client) => {
    const connection = connections++;
    const there = connect({ port, host: '127.0.0.1' });
    const pass = (from: typeof client, to: typeof client, toServer: boolean): void => {
      from.on('data', (bytes) => {
        pieces.push({ connection, toServer, bytes });
        to.write(bytes);
      });
      from.on('error', () => undefined);
      from.on('close', () => to.destroy());
    };
    pass(client, there, true);
    pass(there, client, false);
  });
  await new Promise<void>((resolve) => server.listen({ port: 0, host }, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    pieces,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
      }),
  };
}

/** The units of all conversations, in order: who sent them, and the connection. */
export function unitsOf({ pieces }: Tap): { connection: number; toServer: boolean; bytes: Buffer }[] {
  const rest = new Map<string, Buffer>();
  return pieces.flatMap(({ connection, toServer, bytes }) => {
    const key = `${connection} ${String(toServer)}`;
    let all = Buffer.concat([rest.get(key) ?? Buffer.alloc(0), bytes]);
    const units: { connection: number; toServer: boolean; bytes: Buffer }[] = [];
    while (all.length >= 16 && all.length >= all.readUInt16LE(8)) {
      units.push({ connection, toServer, bytes: all.subarray(0, all.readUInt16LE(8)) });
      all = all.subarray(all.readUInt16LE(8));
    }
    rest.set(key, all);
    return units;
  });
}

const CLIENT_PORT = 40_000;
const SEGMENT_MAX = 16_384;

/** The capture: raw IPv4 packets, with TCP as it might have been. */
export function capture({ pieces, port }: Tap): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(0x40000, 16);
  header.writeUInt32LE(101, 20);
  const sent = new Map<string, number>();
  const packets = pieces.flatMap(({ connection, toServer, bytes }, index) => {
    const from = `${connection} ${String(toServer)}`;
    const back = `${connection} ${String(!toServer)}`;
    const ports = [CLIENT_PORT + connection, port];
    if (!toServer) ports.reverse();
    const parts: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += SEGMENT_MAX) {
      const part = bytes.subarray(at, at + SEGMENT_MAX);
      const sequence = sent.get(from) ?? 1;
      parts.push(packet(index, ports, sequence, sent.get(back) ?? 1, part));
      sent.set(from, sequence + part.length);
    }
    return parts;
  });
  return Buffer.concat([header, ...packets]);
}

function packet(index: number, [from, to]: number[], sequence: number, acknowledged: number, data: Buffer): Buffer {
  const length = 40 + data.length;
  const bytes = Buffer.alloc(16 + length);
  bytes.writeUInt32LE(index, 0);
  bytes.writeUInt32LE(length, 8);
  bytes.writeUInt32LE(length, 12);
  const ip = bytes.subarray(16);
  ip.writeUInt8(0x45, 0);
  ip.writeUInt16BE(length, 2);
  ip.writeUInt8(64, 8);
  ip.writeUInt8(6, 9);
  for (const at of [12, 16]) ip.writeUInt32BE(0x7f000001, at);
  const tcp = ip.subarray(20);
  tcp.writeUInt16BE(from, 0);
  tcp.writeUInt16BE(to, 2);
  tcp.writeUInt32BE(sequence, 4);
  tcp.writeUInt32BE(acknowledged, 8);
  tcp.writeUInt8(0x50, 12);
  tcp.writeUInt8(0x18, 13);
  tcp.writeUInt16BE(0xffff, 14);
  data.copy(tcp, 20);
  return bytes;
}
