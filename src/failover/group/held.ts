/**
 * What a server holds, as it tells others: the truth of its hands, whatever the agreed state says.
 */

/** What a server holds of a group. */
export interface HeldGroup {
  readonly group: number;
  readonly op: number;
  readonly phase: 'activating' | 'active' | 'deactivating';
  /** 0 offline, 1 online, 2 failed, for each resource. */
  readonly resources: readonly (0 | 1 | 2)[];
}
