/**
 * The order in which a group's resources come up; they go down in reverse. Disks first, then lines and addresses, then
 * what stands on them, scripts last; ties by definition order. SHDISK and NPDISK have no owner (section 4.2.2) and
 * take no part.
 */
import type { GroupDefinition, ResourceType } from '../../model/definition.js';

const RANK: Readonly<Record<ResourceType, number>> = {
  swdisk: 0,
  ndr: 1,
  vxdisk: 2,
  lsw: 3,
  vip: 4,
  hf: 4,
  vcom: 5,
  printer: 6,
  script: 8,
  shdisk: -1,
  npdisk: -1,
};

/** Positions of the group's resources in the order of activation, ownerless ones left out. */
export function activationOrder(group: GroupDefinition): number[] {
  return group.resources
    .map((resource, position) => ({ rank: RANK[resource.type], position }))
    .filter((item) => item.rank >= 0)
    .sort((a, b) => a.rank - b.rank || a.position - b.position)
    .map((item) => item.position);
}
