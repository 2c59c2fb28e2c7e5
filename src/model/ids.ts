/**
 * Names and numbers of things, branded so that a server's name is never taken for a group's.
 *
 * Inside the engine servers, groups and resources are their positions in the cluster definition: definition order
 * decides coordinators, placement and the order of events, and positions compare faster than names.
 */

export type ClusterName = string & { readonly __name: 'cluster' };
export type ServerName = string & { readonly __name: 'server' };
export type GroupName = string & { readonly __name: 'group' };
export type ResourceName = string & { readonly __name: 'resource' };
export type NetworkName = string & { readonly __name: 'network' };

/** A server's position in its cluster's definition, 0 to 15. */
export type ServerIndex = number & { readonly __index: 'server' };

/** The largest number of servers in one cluster (section 5.2.1). */
export const SERVERS_MAX = 16;
