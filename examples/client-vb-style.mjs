/**
 * A client application as one was written in Visual Basic against armcl2vb.bas: it lists the groups of its cluster,
 * connects to the server that one of them runs on, and stays connected to wherever it goes. It shows what is particular
 * about Visual Basic: ARMTRUE, Err.LastDllError, texts for callbacks as arrays of Byte, strings of fixed length. The
 * sample of section 5.4.2 has the same course; this is our own.
 *
 *     node examples/client-vb-style.mjs
 *
 * `Module1` is the application; `main` is what a test does with it.
 */
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import {
  ChrB,
  InStrB,
  LeftB,
  StrConv,
  VbString,
  open,
  ref,
  startApplication,
  vbConstants,
  vbUnicode,
} from 'armada-emulator';

const { ARMTRUE, ARMFALSE } = vbConstants;

/** A text that a callback has received, cut at its one NUL (7.4.3). @param {Uint8Array} bytes */
const received = (bytes) => StrConv(LeftB(bytes, InStrB(bytes, ChrB(0)) - 1), vbUnicode);

/** A Long is signed, so its bytes are taken with And, not with Mod. @param {number} address */
const dotted = (address) => [0, 8, 16, 24].map((shift) => (address >> shift) & 0xff).join('.');

export class Module1 {
  apiHandle = 0;
  id = ref();
  connected = ARMFALSE;

  /**
   * @param {import('armada-emulator').ApplicationThread} thread
   * @param {(text: string) => void} log
   */
  constructor(thread, log) {
    this.thread = thread;
    this.log = log;
  }

  /** @param {number} address */
  connectToServer(address) {
    if (this.connected === ARMTRUE) return;
    this.log(`connects to server ${dotted(address)}`);
    this.connected = ARMTRUE;
  }

  disconnectFromServer() {
    if (this.connected === ARMFALSE) return;
    this.log('disconnects from the server');
    this.connected = ARMFALSE;
  }

  /** @param {Uint8Array} buffer */
  failoverProc(buffer) {
    const info = this.thread.structuresVb.ARMCLAPI_FAILOVER_INFO.read(buffer);
    switch (info.Event) {
      case vbConstants.ARMCLAPI_EVENT_BOOT:
      case vbConstants.ARMCLAPI_EVENT_FAILOVER_END:
        this.connectToServer(info.DstIP);
        break;
      case vbConstants.ARMCLAPI_EVENT_SHUTDOWN:
      case vbConstants.ARMCLAPI_EVENT_FAILOVER_START:
        this.disconnectFromServer();
        break;
    }
    return ARMTRUE;
  }

  /** @param {string} name */
  failed(name) {
    this.log(`${name}: failed ${this.thread.vb.Err.LastDllError.toString(16)}`);
    return ARMFALSE;
  }

  /** The names of the groups of a cluster. @param {string} clusterName */
  async groupsOf(clusterName) {
    /** @type {string[]} */
    const groups = [];
    /** @type {(cluster: Uint8Array, group: Uint8Array) => number} */
    const enumGroupProc = (_cluster, group) => {
      groups.push(received(group));
      return ARMTRUE;
    };
    const listed = await this.thread.armcl2vb.ArmClientEnumGroup(clusterName, enumGroupProc, 0);
    if (listed === ARMFALSE) this.failed('ArmClientEnumGroup');
    return groups;
  }

  /** The server that a group runs on. @param {string} clusterName @param {string} groupName */
  async computerOf(clusterName, groupName) {
    const name = new VbString(16);
    const size = ref(name.length);
    const found = await this.thread.armcl2vb.ArmClientGetComputerName(clusterName, groupName, name, size);
    // What stands behind the answer is what stood there before: only so many characters are the name.
    return found === ARMTRUE ? name.toString().slice(0, size.value) : '';
  }

  /** @param {string} clusterName @param {string} groupName */
  async clientInitialize(clusterName, groupName) {
    const { armcl2vb } = this.thread;
    this.apiHandle = await armcl2vb.ArmClientInitializeApiEx();
    if (this.apiHandle === vbConstants.ARMCLAPI_ERROR_HANDLE) return this.failed('ArmClientInitializeApiEx');
    this.log(`groups: ${(await this.groupsOf(clusterName)).join(', ')}`);

    const status = ref();
    /** @type {(event: number, watch: number, info: Uint8Array) => number} */
    const proc = (_event, _watch, info) => this.failoverProc(info);
    const { apiHandle: handle, id } = this;
    const watched = await armcl2vb.ArmClientStartWatchFailoverEx(handle, clusterName, groupName, proc, id, status);
    if (watched === ARMFALSE) {
      this.failed('ArmClientStartWatchFailoverEx');
      await armcl2vb.ArmClientTerminateApiEx(handle);
      return ARMFALSE;
    }
    const { ARMCLAPI_GROUP_STATUS_STOPPED: stopped, ARMCLAPI_GROUP_STATUS_FAILOVER: failover } = vbConstants;
    if (status.value === stopped || status.value === failover) return ARMTRUE;

    const address = ref();
    if ((await armcl2vb.ArmClientGetIPAddr(clusterName, groupName, address)) === ARMFALSE) {
      this.failed('ArmClientGetIPAddr');
      await armcl2vb.ArmClientTerminateApiEx(handle);
      return ARMFALSE;
    }
    this.log(`${groupName} runs on ${await this.computerOf(clusterName, groupName)}`);
    this.connectToServer(address.value);
    return ARMTRUE;
  }

  async clientTerminate() {
    const { armcl2vb } = this.thread;
    this.disconnectFromServer();
    await armcl2vb.ArmClientCancelWatchFailoverEx(this.id.value);
    await armcl2vb.ArmClientTerminateApiEx(this.apiHandle);
  }
}

/**
 * Runs a cluster with the application on a client, and takes the power of the server that the group runs on.
 *
 * @param {Partial<import('armada-emulator').OpenOptions>} options which backend
 * @param {(text: string) => void} log
 */
export async function main(options = {}, log = console.log) {
  const servers = ['ServerA', 'ServerB'];
  const groups = [{ name: 'Database', servers }];
  const cluster = await open({ name: 'CLUSTER1', servers, groups }, { ...options, clients: ['Client1'] });
  try {
    await cluster.start();
    await cluster.until({ group: 'Database', state: 'ONLINE' });
    await cluster.advance('1s');
    const program = new Module1(startApplication(cluster, 'Client1').main, log);
    if ((await program.clientInitialize('CLUSTER1', 'Database')) === ARMFALSE) return;
    await cluster.crash('ServerA');
    await cluster.until({ group: 'Database', state: 'ONLINE', server: 'ServerB' });
    // The client hears of it, and the application of the client.
    await cluster.advance('1s');
    await program.clientTerminate();
  } finally {
    await cluster.close();
  }
}

if (argv[1] === fileURLToPath(import.meta.url)) await main();
