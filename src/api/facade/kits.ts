/** The development kits: what an application was compiled and linked with (section 2.5.1). */

/** The columns of the matrix. The kit 3.0 is also the `3.0 compatible` one of the later products. */
export const KITS = ['3.0', '4.0', '4.1', '5.0', '5.1', '7.0 32bit', '7.0 64bit'] as const;
export type Kit = (typeof KITS)[number];
