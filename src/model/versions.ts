/**
 * Which products there were, and what each of them could do (sections 2.5.1 and 5.2.1).
 *
 * A cluster says which product version and edition it runs. That bounds its number of servers and decides which of
 * its resources an application gets to see. Development kits have versions of their own and do not belong here: 5.1
 * is a kit that came with product version 6.0.
 */
import type { Edition, ResourceType } from './definition.js';
import { SERVERS_MAX } from './ids.js';

/** The product versions of the table in section 2.5.1, oldest first. */
export const PRODUCT_VERSIONS = ['3.0', '4.0', '4.1', '4.2', '5.0', '6.0', '7.0'] as const;

/** True when product version `version` came at the same time as `other` or later. Both as in `PRODUCT_VERSIONS`. */
export function atLeastVersion(version: string, other: string): boolean {
  return Number(version) >= Number(other);
}

/**
 * The largest number of servers of a product (section 5.2.1): 2 for Ver3.0, 4 for Ver4.x, and from Ver5.0 on 16 for
 * Enterprise Edition and 2 for the others. That Ver7.0 kept the limits of 5.0 and 6.0 is *ours*.
 */
export function serversMaxOf(version: string, edition: Edition): number {
  if (!atLeastVersion(version, '4.0')) return 2;
  if (!atLeastVersion(version, '5.0')) return 4;
  return edition === 'enterprise' ? SERVERS_MAX : 2;
}

/** True when the run-time environment of that product version knows resources of this type (sections 2.5.1, 5.2.4). */
export function supportsResource(version: string, type: ResourceType): boolean {
  switch (type) {
    case 'ndr':
      return atLeastVersion(version, '4.1');
    case 'vxdisk':
      return atLeastVersion(version, '6.0');
    case 'hf':
      return version === '5.0' || version === '6.0';
    case 'vcom':
      return atLeastVersion(version, '4.0');
    default:
      return true;
  }
}
