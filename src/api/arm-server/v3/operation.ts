/** Whether a cluster is run the Ver3.0 compatible way (2.2). */
import type { ClusterDefinition } from '../../../model/definition.js';

/** Why it is not; undefined where it is. */
export function whyNotVer3({ servers, groups }: ClusterDefinition): string | undefined {
  if (servers.length !== 2) return `it has ${servers.length} of the 2 servers`;
  if (groups.length !== 2) return `it has ${groups.length} of the 2 groups`;
  const homeless = servers.find(
    ({ name }, server) =>
      !groups.some((group) => (group.name as string) === name && (group.servers[0] as number) === server),
  );
  return homeless && `there is no group ${homeless.name} with the server ${homeless.name} as its primary`;
}
