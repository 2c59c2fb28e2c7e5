/**
 * Batches of registry commands as bytes (CLUSTER_REG_BATCH_UPDATE; MS-CMRP, section 2.2.3.17).
 *
 * A version, then the commands one after the other: what to do, the type of a value, a name with its NUL, data. Names and
 * data have their length in bytes in front; a command ends on an even byte. Numbers have their lowest byte first. What
 * does not say how it ends is not read at all: a command is never half understood.
 */
import { units } from './properties.js';

/** CLUSTER_REG_BATCH_COMMAND (section 2.2.2.8). Those from CONTROL to the last are of servers that know conditions. */
export const BatchCommand = {
  SET_VALUE: 1,
  CREATE_KEY: 2,
  DELETE_KEY: 3,
  DELETE_VALUE: 4,
  VALUE_DELETED: 6,
  READ_KEY: 7,
  READ_VALUE: 8,
  READ_ERROR: 9,
  CONTROL: 10,
  CONDITION_KEY_NOT_EXISTS: 18,
} as const;

export interface Command {
  readonly command: number;
  /** A value's type; for READ_ERROR a status. */
  readonly type: number;
  readonly name: string;
  readonly data: Uint8Array;
}

const VERSION = 1;
/** Commands of one batch. */
const COMMANDS_MAX = 4096;

/** The commands of a batch, at least one; undefined where the bytes are none, or there are too many commands. */
export function readBatch(bytes: Uint8Array): readonly Command[] | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (buffer.length < 4 || buffer.readUInt32LE(0) !== VERSION) return undefined;
  const commands: Command[] = [];
  for (let at = 4; at < buffer.length;) {
    const found = commands.length < COMMANDS_MAX ? readCommand(buffer, at) : undefined;
    if (!found) return undefined;
    commands.push(found.command);
    at = found.end + (found.end & 1);
  }
  return commands.length > 0 ? commands : undefined;
}

/** One command and where it ends; undefined where that is beyond the end, or its name has no NUL at its end. */
function readCommand(buffer: Buffer, at: number): { readonly command: Command; readonly end: number } | undefined {
  const name = readPart(buffer, at + 8);
  const data = name && readPart(buffer, name.end);
  if (!data || name.part.length < 2 || name.part.length % 2 !== 0) return undefined;
  if (name.part.readUInt16LE(name.part.length - 2) !== 0) return undefined;
  const [text] = name.part.toString('utf16le').split('\0', 1);
  const command = {
    command: buffer.readUInt32LE(at),
    type: buffer.readUInt32LE(at + 4),
    name: text,
    data: Uint8Array.from(data.part),
  };
  return { command, end: data.end };
}

/** Bytes with their length in front. */
function readPart(buffer: Buffer, at: number): { readonly part: Buffer; readonly end: number } | undefined {
  if (at + 4 > buffer.length) return undefined;
  const end = at + 4 + buffer.readUInt32LE(at);
  return end > buffer.length ? undefined : { part: buffer.subarray(at + 4, end), end };
}

export function writeBatch(commands: readonly Command[]): Uint8Array {
  const parts = commands.flatMap(({ command, type, name, data }) => {
    const text = units(name);
    return [numbers(command, type, text.length), text, numbers(data.length), data, new Uint8Array(data.length & 1)];
  });
  return Uint8Array.from(Buffer.concat([numbers(VERSION), ...parts]));
}

function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, at) => bytes.writeUInt32LE(value, at * 4));
  return bytes;
}
