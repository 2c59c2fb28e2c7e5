/**
 * What is allowed in a definition and still seldom meant. `armada check` prints these; nothing is refused for them.
 */
import type { ClusterDefinition, GroupDefinition, ResourceDefinition, ResourceType } from './definition.js';
import { formatDuration } from './time.js';
import { atLeastVersion, supportsResource } from './versions.js';

/** One sentence for each oddity of a checked definition, in definition order; empty where there is none. */
export function warningsOf(definition: ClusterDefinition): string[] {
  const warnings: string[] = [];
  if (definition.partition.kind === 'majority' && definition.servers.length === 2) {
    const [first, second] = definition.servers;
    warnings.push(
      `Cluster ${definition.name}: with partition majority and two servers, ${second.name} can never take over from ` +
        `${first.name}, because one of two is no majority without the first.`,
    );
  }
  if (definition.edition !== 'enterprise' && !atLeastVersion(definition.productVersion, '5.0')) {
    warnings.push(
      `Cluster ${definition.name}: the document knows editions from Ver5.0 on; ${definition.edition} changes nothing ` +
        `for Ver${definition.productVersion}.`,
    );
  }
  for (const group of definition.groups) {
    for (const resource of group.resources) {
      for (const text of resourceWarnings(definition, resource)) warnings.push(`${placeOf(group, resource)}: ${text}`);
    }
  }
  return warnings;
}

function placeOf(group: GroupDefinition, resource: ResourceDefinition): string {
  return `Group ${group.name}, resource ${resource.name}`;
}

/** What applications ask a resource for; without it the APIs have nothing to answer. */
const LOOKED_UP: Partial<Record<ResourceType, string>> = {
  swdisk: 'drive',
  vip: 'address',
  hf: 'address',
  vcom: 'computerName',
};

function resourceWarnings(definition: ClusterDefinition, resource: ResourceDefinition): string[] {
  const warnings: string[] = [];
  const version = definition.productVersion;
  if (!supportsResource(version, resource.type)) {
    warnings.push(`Ver${version} does not know the type ${resource.type}, so applications will not see it.`);
  }
  const key = LOOKED_UP[resource.type];
  if (key !== undefined && !(key in resource.parameters)) {
    warnings.push(`it has no ${key}, so applications that ask for it get an empty answer.`);
  }
  if (resource.activateUs >= resource.timeoutUs) {
    const [activate, timeout] = [formatDuration(resource.activateUs), formatDuration(resource.timeoutUs)];
    warnings.push(`it takes ${activate} to activate but is given up after ${timeout}.`);
  }
  return warnings;
}
