/**
 * Fails on a known weakness, high or critical, in any dependency, those for development among them. Where the
 * registry does not answer that question it says so and goes on: a mirror's limits are no fault of the code.
 */
import { npm } from './npm.mjs';
import { root } from './sources.mjs';

const asked = npm(['audit', '--json'], { cwd: root, timeout: 60_000 });
const report = parse(asked.stdout);

if (report?.metadata?.vulnerabilities === undefined) {
  const status = report?.statusCode === undefined ? '' : ` (status ${report.statusCode})`;
  console.log(`not checked: the registry's audit endpoint did not answer${status}`);
  process.exit(0);
}

const grave = Object.values(report.vulnerabilities).filter(({ severity }) => ['high', 'critical'].includes(severity));
for (const { name, severity, range } of grave) console.error(`${severity}: ${name} ${range}`);
const { total } = report.metadata.vulnerabilities;
console.log(`${grave.length} high or critical, ${total} in all`);
if (grave.length > 0) process.exit(1);

/** @param {string} text */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
