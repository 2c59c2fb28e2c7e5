/**
 * The structures of the client API as data for the codec (`../layout/`): two for C (6.2), one for Visual Basic (7.2). All
 * three carry a change of a watched group. Member names, their order and the lengths they are declared with are those of
 * the printed declarations, which differ between C and Visual Basic in the order of the last two members.
 */
import { structureOf, type Structure } from '../facade/describe.js';
import { DWORD, LONG, field, struct, text } from '../layout/types.js';
import { clientConstants, vbConstants } from './constants.js';

const cluster = text('TCHAR', clientConstants.CLUSTER_NAME_LEN);
const group = text('TCHAR', clientConstants.GROUP_NAME_LEN);
const server = text('TCHAR', clientConstants.SERVER_NAME_LEN);

/** What follows the name of the group. Addresses are in network byte order. */
const movement = [
  field('VirtualIP', DWORD),
  field('SrcComputerName', server),
  field('SrcIP', DWORD),
  field('DstComputerName', server),
  field('DstIP', DWORD),
  field('Event', DWORD),
  field('StatusEx', DWORD),
] as const;

/** The structures for C. */
export const clientStructures = {
  ARMCLAPI_FAILOVER_INFO: structureOf(
    '6.2.1',
    'an event of a group, its state, and the servers that it leaves or reaches',
    struct(
      'ARMCLAPI_FAILOVER_INFO',
      field('Padding', DWORD),
      field('ClusterName', cluster),
      field('GroupName', group),
      ...movement,
    ),
  ),
  ARM_FAILOVER_INFO_EX: structureOf(
    '6.2.1.1',
    'the same by the names of Ver3.0: ServerName holds the name of the group',
    struct(
      'ARM_FAILOVER_INFO_EX',
      field('Padding', DWORD),
      field('ClusterName', cluster),
      field('ServerName', group),
      ...movement,
    ),
  ),
} as const satisfies Readonly<Record<string, Structure>>;

const clusterVb = text('char', vbConstants.CLUSTER_NAME_LEN);
const serverVb = text('char', vbConstants.SERVER_NAME_LEN);

/** The structure for Visual Basic. A `String * n` is n bytes of ANSI here, as the DLL hands it over (7.4.3). */
export const vbStructures = {
  ARMCLAPI_FAILOVER_INFO: structureOf(
    '7.2',
    'an event of a group, its state, and the servers that it leaves or reaches',
    struct(
      'ARMCLAPI_FAILOVER_INFO',
      field('Status', LONG),
      field('ClusterName', clusterVb),
      field('GroupName', serverVb),
      field('VirtualIP', LONG),
      field('SrcComputerName', serverVb),
      field('SrcIP', LONG),
      field('DstComputerName', serverVb),
      field('DstIP', LONG),
      field('StatusEx', LONG),
      field('Event', LONG),
    ),
  ),
} as const satisfies Readonly<Record<string, Structure>>;
