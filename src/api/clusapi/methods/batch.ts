/**
 * Batches of the cluster's registry: many changes as one, many values read as they are at one moment, and ports that tell
 * what batches have changed (MS-CMRP, sections 3.1.4.2.112 to 115, 141 and 153).
 */
import { BatchPorts, type Deed } from '../batch-ports.js';
import { BatchCommand, readBatch, writeBatch, type Command } from '../batch.js';
import type { Database } from '../cluster/database.js';
import { Status } from '../codes.js';
import { Opened, type ClusapiHandlers } from '../contexts.js';
import { below } from './key.js';

/** Bytes of the values that one batch reads. */
const READ_MAX = 16 << 20;
/** No command has failed, or not even the first has begun. */
const NONE = -1;

const NOTHING = new Uint8Array(0);

export function batchMethods(database: Database): ClusapiHandlers {
  const ports = new BatchPorts();
  const readAll = (key: string, bytes: Uint8Array): { lpOutData?: Uint8Array; cbOutData?: number; returns: number } => {
    const commands = readBatch(bytes);
    if (!commands) return { returns: Status.INVALID_PARAMETER };
    const found = database.atOnce(() => new Reading(database, key).all(commands));
    if (typeof found === 'number') return { returns: found };
    const lpOutData = writeBatch(found);
    return { lpOutData, cbOutData: lpOutData.length, returns: Status.SUCCESS };
  };
  return {
    ApiExecuteBatch: ({ hKey, lpData }) => {
      const commands = readBatch(lpData);
      if (!commands) return { pdwFailedCommand: NONE, returns: Status.INVALID_PARAMETER };
      const change = new Change(database, hKey.thing);
      const returns = database.allOrNothing(() => change.all(commands));
      if (returns === Status.SUCCESS) ports.tell(change.deeds);
      return { pdwFailedCommand: change.failed, returns };
    },
    ApiCreateBatchPort: ({ hKey }) => {
      const port = ports.open(hKey.thing);
      if (!port) return { phBatchPort: null, returns: Status.NOT_ENOUGH_MEMORY };
      return {
        phBatchPort: new Opened('batchPort', port, () => {
          port.close();
        }),
      };
    },
    ApiGetBatchNotification: async ({ hBatchNotify }, { cancelled }) => {
      const lpData = await hBatchNotify.thing.read(cancelled);
      return lpData ? { cbData: lpData.length, lpData } : { returns: Status.NO_MORE_ITEMS };
    },
    ApiCloseBatchPort: () => ({ phBatchPort: null }),
    ApiExecuteReadBatch: ({ hKey, lpInData }) => readAll(hKey.thing, lpInData),
    // However it is asked for, nothing comes between two reads.
    ApiExecuteReadBatchEx: ({ hKey, lpInData }) => readAll(hKey.thing, lpInData),
  };
}

/** A batch of changes while it is carried out. */
class Change {
  /** What has been done, and what was there before. */
  readonly deeds: Deed[] = [];
  /** The number of the command that has failed, from 0 on. */
  failed: number = NONE;
  /** The key that commands for values are about; undefined since a key was deleted. */
  private current: string | undefined;

  constructor(
    private readonly database: Database,
    private readonly key: string,
  ) {
    this.current = key;
  }

  /** Ends with the first that fails, and answers with its status. */
  all(commands: readonly Command[]): number {
    for (const [index, command] of commands.entries()) {
      const status = this.one(command);
      if (status === Status.SUCCESS) continue;
      this.failed = index;
      return status;
    }
    return Status.SUCCESS;
  }

  private one(command: Command): number {
    const path = below(this.key, command.name);
    switch (command.command) {
      case BatchCommand.CREATE_KEY:
        this.current = path;
        this.deeds.push({ ...command, data: NOTHING, key: path });
        return this.database.has(path) ? Status.SUCCESS : this.database.createKey(path);
      case BatchCommand.DELETE_KEY:
        if (command.name === '') return Status.ACCESS_DENIED;
        this.current = undefined;
        this.deeds.push({ ...command, data: NOTHING, key: path });
        return this.database.deleteTree(path);
      case BatchCommand.SET_VALUE:
      case BatchCommand.DELETE_VALUE:
        return this.current === undefined ? Status.INVALID_PARAMETER : this.value(this.current, command);
      default:
        return command.command >= BatchCommand.CONTROL && command.command <= BatchCommand.CONDITION_KEY_NOT_EXISTS
          ? Status.NOT_SUPPORTED
          : Status.INVALID_PARAMETER;
    }
  }

  private value(key: string, command: Command): number {
    const { name, type, data } = command;
    const old = this.database.value(key, name);
    if (old) this.deeds.push({ command: BatchCommand.VALUE_DELETED, type: old.type, name, data: old.data, key });
    if (command.command === BatchCommand.SET_VALUE) {
      this.deeds.push({ ...command, key });
      return this.database.setValue(key, { name, type, data });
    }
    this.deeds.push({ ...command, data: NOTHING, key });
    return old ? this.database.deleteValue(key, name) : Status.SUCCESS;
  }
}

/** A batch that only reads, while it is carried out. */
class Reading {
  private bytes = 0;
  private current: string;

  constructor(
    private readonly database: Database,
    private readonly key: string,
  ) {
    this.current = key;
  }

  /** As many answers as commands, or the status where there is none. */
  all(commands: readonly Command[]): readonly Command[] | number {
    const answers: Command[] = [];
    for (const command of commands) {
      const answer = this.one(command);
      if (!answer) return Status.INVALID_PARAMETER;
      this.bytes += answer.data.length;
      if (this.bytes > READ_MAX) return Status.NOT_ENOUGH_MEMORY;
      answers.push(answer);
    }
    return answers;
  }

  /** A key that is not there has no values. */
  private one({ command, name }: Command): Command | undefined {
    if (command === BatchCommand.READ_KEY) {
      this.current = below(this.key, name);
      return { command, type: 0, name, data: NOTHING };
    }
    if (command !== BatchCommand.READ_VALUE) return undefined;
    const { type, data } = this.database.value(this.current, name) ?? {};
    return type === undefined || data === undefined
      ? { command: BatchCommand.READ_ERROR, type: Status.FILE_NOT_FOUND, name, data: NOTHING }
      : { command, type, name, data };
  }
}
