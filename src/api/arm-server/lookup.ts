/** What both server APIs look up alike: whether the local server is meant, and which resources an application sees. */
import type { Service } from '../../cluster/service.js';
import type { ClusterDefinition, ResourceDefinition, ResourceType } from '../../model/definition.js';
import type { Kit } from '../facade/kits.js';
import { constants4 } from './constants.js';
import { productOf } from './installed.js';
import { seenAs } from './versions.js';

/** Whether the server that the application runs on is meant. */
export function isLocal({ machine }: Service, name: string): boolean {
  return name === constants4.ARM_LOCAL_SERVER || name === machine;
}

/** A resource as an application sees it. */
export interface SeenResource {
  readonly resource: ResourceDefinition;
  readonly as: ResourceType;
  /** The number that the API has for that type. */
  readonly type: number;
  /** Positions of its group, and of itself in it. */
  readonly group: number;
  readonly index: number;
}

/**
 * All resources that an application of that kit sees on a machine (2.5.1), in the order of the definition.
 *
 * @param typeOf the number that the API has for a type; undefined where it has none
 */
export function seenResources(
  { groups }: ClusterDefinition,
  service: Service,
  kit: Kit,
  typeOf: (as: ResourceType) => number | undefined,
): SeenResource[] {
  const product = productOf(service);
  return groups.flatMap(({ resources }, group) =>
    resources.flatMap((resource, index) => {
      const as = seenAs(kit, product, resource.type);
      const type = as && typeOf(as);
      return as === undefined || type === undefined ? [] : [{ resource, as, type, group, index }];
    }),
  );
}
