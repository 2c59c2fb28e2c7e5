/**
 * Writes scenario.schema.json from the compiled schema; with --check only tells whether it is what it should be. Run it
 * after a build.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = fileURLToPath(new URL('../scenario.schema.json', import.meta.url));
const compiled = new URL('../dist/scenarios/jsonSchema.js', import.meta.url);
const { scenarioJsonSchema } = await import(compiled.href);
const text = `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`;

if (!process.argv.includes('--check')) writeFileSync(path, text);
else if (readFileSync(path, 'utf8') !== text) {
  console.error(
    'scenario.schema.json is not that of src/scenarios/schema.ts: npm run build && node tools/write-schema.mjs',
  );
  process.exit(1);
}
