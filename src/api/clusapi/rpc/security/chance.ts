/** The real chance and the real time, for challenges that real clients are to answer. No decision is taken by either. */
import { randomBytes } from 'node:crypto';
import type { Chance } from './ntlm.js';

/** Milliseconds from 1601 to 1970. */
const FILE_TIME_EPOCH_MS = 11_644_473_600_000n;
const TICKS_PER_MS = 10_000n;

export const realChance: Chance = {
  challenge: () => new Uint8Array(randomBytes(8)),
  fileTime: () => (BigInt(Date.now()) + FILE_TIME_EPOCH_MS) * TICKS_PER_MS,
};
