/**
 * Properties draw the same cases in every run, so that a change is judged by what it changed. To look for new ones:
 * `ARMADA_TEST_SEED=$RANDOM npx vitest run`; what it finds becomes a named case.
 */
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env['ARMADA_TEST_SEED'] ?? 1) });
