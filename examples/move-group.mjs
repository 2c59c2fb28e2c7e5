/**
 * A cluster management program that needs a group on a certain node, as section 4.2 of MS-CMRP tells it: it opens the
 * group, asks where it is, opens the node, moves the group, and asks every five seconds until it has arrived.
 *
 *     node examples/move-group.mjs
 *
 * The same methods are there for programs that speak the protocol: `armada serve` (docs/clusapi.md).
 */
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { Clusapi, open } from 'armada-emulator';

const ERROR_IO_PENDING = 0x3e5;
const STATES = ['Online', 'Offline', 'Failed', 'PartialOnline', 'Pending'];

/**
 * Moves the group unless it is there already; answers the state in which it came to rest.
 *
 * @param {Clusapi} api
 * @param {string} group
 * @param {string} node
 * @param {() => Promise<void>} wait lets five seconds of the cluster's time pass
 * @param {(text: string) => void} say
 */
export async function moveGroup(api, group, node, wait, say) {
  const { returns: hGroup } = await api.call('ApiOpenGroup', { lpszGroupName: group });
  if (!hGroup) throw new Error(`there is no group ${group}`);
  const look = async () => {
    const { State = 0, NodeName = '' } = await api.call('ApiGetGroupState', { hGroup });
    say(`${group} is ${STATES[State]} on ${NodeName}`);
    return { state: STATES[State], owner: NodeName };
  };
  let found = await look();
  if (found.owner === node) return found;

  const { returns: hNode } = await api.call('ApiOpenNode', { lpszNodeName: node });
  if (!hNode) throw new Error(`there is no node ${node}`);
  const { returns: status = 0 } = await api.call('ApiMoveGroupToNode', { hGroup, hNode });
  say(`ApiMoveGroupToNode answers 0x${status.toString(16).padStart(8, '0')}`);
  if (status !== 0 && status !== ERROR_IO_PENDING) throw new Error(`it cannot be moved: ${status}`);
  for (found = await look(); found.state === 'Pending'; found = await look()) await wait();
  await api.call('ApiCloseNode', { Node: hNode });
  await api.call('ApiCloseGroup', { Group: hGroup });
  return found;
}

/** Moves a group twice: once it goes well, once a resource of it does not come online on the other node. */
export async function main(say = console.log) {
  const servers = ['NodeA', 'NodeB', 'NodeC'];
  const cluster = await open({
    name: 'CLUSTER1',
    servers,
    groups: [
      {
        name: 'Application',
        servers,
        resources: [{ name: 'service', type: 'script', activate: '8s', deactivate: '3s', onFailure: 'failover' }],
      },
    ],
  });
  const api = new Clusapi(cluster.backend, cluster.name);
  const wait = () => cluster.advance('5s');
  try {
    await cluster.start();
    await cluster.until('quiet');
    await moveGroup(api, 'Application', 'NodeB', wait, say);
    await cluster.act({ type: 'failResource', resource: 'service', on: 'NodeC' });
    const { state } = await moveGroup(api, 'Application', 'NodeC', wait, say);
    if (state === 'Failed') {
      await cluster.until('quiet');
      say('the cluster has brought it back:');
    }
    return await moveGroup(api, 'Application', 'NodeA', wait, say);
  } finally {
    api.close();
    await cluster.close();
  }
}

if (argv[1] === fileURLToPath(import.meta.url)) await main();
