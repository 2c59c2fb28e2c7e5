/**
 * `vitest run` tests the sources as they stand. `vitest run --mode built` (CI) tests what tsc made of them: there
 * an import of src/ is one of dist/, so that code running in workers and spawned commands is one with what
 * the tests call, and is counted together with it.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const compiled = {
  find: /^(?:\.\.\/)+src\/(.*)\.js$/,
  replacement: `${fileURLToPath(new URL('dist', import.meta.url))}/$1.js`,
};

export default defineConfig(({ mode }) => ({
  resolve: { alias: mode === 'built' ? [compiled] : [] },
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    globals: false,
    pool: 'threads',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Loaded by Node itself: compiled code is measured and run as it is.
    server: { deps: { external: [/\/dist\//] } },
    reporters: mode === 'built' ? ['default', ['json', { outputFile: 'out/tests.json' }]] : ['default'],
  },
}));
