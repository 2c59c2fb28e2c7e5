/** Properties over whole runs, each of which may take long once something is broken. */
import fc from 'fast-check';

/** A run of a broken cluster may take a second: shrinking ends after so long, with the smallest found until then. */
const SHRINK_MS_MAX = 20_000;

/**
 * Tries `check` on `count` values and throws the smallest found for which it throws. `ARMADA_RUNS=10` tries ten times as
 * many, `ARMADA_SEED=2` tries others.
 */
export async function forAll<T>(
  values: fc.Arbitrary<T>,
  count: number,
  check: (value: T) => Promise<void> | void,
): Promise<void> {
  const { ARMADA_RUNS = '1', ARMADA_SEED = '1' } = process.env;
  let failedAt: number | undefined;
  const property = fc.asyncProperty(values, async (value) => {
    if (failedAt !== undefined && performance.now() > failedAt + SHRINK_MS_MAX) return;
    try {
      await check(value);
    } catch (error) {
      failedAt ??= performance.now();
      throw error;
    }
  });
  await fc.assert(property, { numRuns: Math.ceil(count * Number(ARMADA_RUNS)), seed: Number(ARMADA_SEED) });
}
