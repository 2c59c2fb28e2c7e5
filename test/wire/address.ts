/**
 * An address of this machine that nobody else uses: there is one port 135 on each, and several test files and runs at
 * the same time look for the endpoint mapper there.
 */
import { threadId } from 'node:worker_threads';
import { RpcServer } from '../../src/api/clusapi/rpc/server.js';

const [high, low] = [(process.pid >> 7) & 0xff, process.pid & 0x7f];

/** 127.x.y.z, of this process and thread. */
export const HOST = `127.${1 + (threadId & 0x7f)}.${high}.${1 + low}`;

/** Why the endpoint mapper cannot be where rpcclient looks for it; undefined where it can. */
export async function unmappable(): Promise<string | undefined> {
  try {
    const probe = await RpcServer.listen([], { host: HOST, port: 135 });
    await probe.close();
    return undefined;
  } catch (error) {
    return `rpcclient looks for the endpoint mapper at port 135: ${(error as Error).message}`;
  }
}
