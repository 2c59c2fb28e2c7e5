/**
 * A client application as one was written in C against armcl2.h: it connects to the server that a failover group runs on,
 * and stays connected to wherever the group goes. The sample of section 5.3.3 does the same; this is our own.
 *
 *     node examples/client-c-style.mjs
 *
 * `ClientProgram` is the application; `main` is what a test does with it: it runs a cluster with a client, starts the
 * application on the client, and crashes the server.
 */
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { clientConstants, open, ref, startApplication } from 'armada-emulator';

/** The four bytes of an address in network byte order, as they lie in memory. @param {number} address */
const dotted = (address) => [...new Uint8Array(new Uint32Array([address]).buffer)].join('.');

export class ClientProgram {
  apiHandle = 0;
  watchId = ref();
  connected = false;

  /**
   * @param {import('armada-emulator').ApplicationThread} thread
   * @param {(text: string) => void} say
   */
  constructor(thread, say) {
    this.thread = thread;
    this.say = say;
  }

  /** Where a real application would open its connection. @param {number} address */
  connectToServer(address) {
    if (this.connected) return;
    this.say(`connects to server ${dotted(address)}`);
    this.connected = true;
  }

  disconnectFromServer() {
    if (!this.connected) return;
    this.say('disconnects from the server');
    this.connected = false;
  }

  /** The WatchFailoverProc: called at each change of the group. @param {Uint8Array} buffer */
  failoverProc(buffer) {
    const info = this.thread.structuresClient.ARMCLAPI_FAILOVER_INFO.read(buffer);
    switch (info.Event) {
      case clientConstants.ARMCLAPI_EVENT_BOOT:
      case clientConstants.ARMCLAPI_EVENT_FAILOVER_END:
        this.connectToServer(info.DstIP);
        break;
      case clientConstants.ARMCLAPI_EVENT_SHUTDOWN:
      case clientConstants.ARMCLAPI_EVENT_FAILOVER_START:
        this.disconnectFromServer();
        break;
    }
  }

  /** A call has failed: says which error it was. @param {string} name */
  failed(name) {
    this.say(`${name} failed ${this.thread.kernel32.GetLastError().toString(16)}`);
    return false;
  }

  /** Watches the group, and connects where it runs. @param {string} clusterName @param {string} groupName */
  async initialize(clusterName, groupName) {
    const { armcl2 } = this.thread;
    this.apiHandle = await armcl2.ArmClientInitializeApiEx();
    if (this.apiHandle === clientConstants.ARMCLAPI_ERROR_HANDLE) return this.failed('ArmClientInitializeApiEx');

    const status = ref();
    /** @type {(event: number, watch: number, info: Uint8Array) => void} */
    const proc = (_event, _watch, info) => this.failoverProc(info);
    const { apiHandle: handle, watchId } = this;
    if (!(await armcl2.ArmClientStartWatchFailoverEx(handle, clusterName, groupName, proc, watchId, status))) {
      this.failed('ArmClientStartWatchFailoverEx');
      await armcl2.ArmClientTerminateApiEx(handle);
      return false;
    }
    const { ARMCLAPI_GROUP_STATUS_STOPPED: stopped, ARMCLAPI_GROUP_STATUS_FAILOVER: failover } = clientConstants;
    if (status.value === stopped || status.value === failover) return true;

    const address = ref();
    if (!(await armcl2.ArmClientGetIPAddr(clusterName, groupName, address))) {
      this.failed('ArmClientGetIPAddr');
      await armcl2.ArmClientTerminateApiEx(handle);
      return false;
    }
    this.connectToServer(address.value);
    return true;
  }

  async terminate() {
    const { armcl2 } = this.thread;
    this.disconnectFromServer();
    await armcl2.ArmClientCancelWatchFailoverEx(this.watchId.value);
    await armcl2.ArmClientTerminateApiEx(this.apiHandle);
  }
}

/**
 * Runs a cluster with the application on a client, and takes the power of the server that the group runs on.
 *
 * @param {Partial<import('armada-emulator').OpenOptions>} options which backend
 * @param {(text: string) => void} say
 */
export async function main(options = {}, say = console.log) {
  const servers = ['ServerA', 'ServerB'];
  const groups = [{ name: 'Database', servers }];
  const cluster = await open({ name: 'CLUSTER1', servers, groups }, { ...options, clients: ['Client1'] });
  try {
    await cluster.start();
    await cluster.until({ group: 'Database', state: 'ONLINE' });
    await cluster.advance('1s');
    const program = new ClientProgram(startApplication(cluster, 'Client1').main, say);
    if (!(await program.initialize('CLUSTER1', 'Database'))) return;
    await cluster.crash('ServerA');
    await cluster.until({ group: 'Database', state: 'ONLINE', server: 'ServerB' });
    // The client hears of it, and the application of the client.
    await cluster.advance('1s');
    await program.terminate();
  } finally {
    await cluster.close();
  }
}

if (argv[1] === fileURLToPath(import.meta.url)) await main();
