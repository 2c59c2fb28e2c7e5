/** Prints the test runner's own counts as `N passed, N failed`, from the report that `npm run coverage` leaves. */
/**
 * @typedef {{ status: string, assertionResults: { status: string }[] }} Suite
 * @typedef {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number,
 *   testResults: Suite[] }} Report
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './sources.mjs';

const file = join(root, 'out', 'tests.json');
if (!existsSync(file)) {
  console.error('no test report: a check before the tests failed, or the test runner crashed');
  process.exit(1);
}

/** @type {Report} */
const report = JSON.parse(readFileSync(file, 'utf8'));
// A file that could not even be loaded has failed without one of its tests counting.
const unloaded = report.testResults.filter(
  (suite) => suite.status === 'failed' && !suite.assertionResults.some((test) => test.status === 'failed'),
).length;
const passed = report.numPassedTests;
const failed = report.numFailedTests + unloaded;
const skipped = report.numPendingTests + report.numTodoTests;
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
if (failed > 0 || passed === 0) process.exit(1);
