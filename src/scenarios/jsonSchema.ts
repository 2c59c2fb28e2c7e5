/**
 * The scenario schema as JSON Schema, for editors: `scenario.schema.json` is this, written by tools/write-schema.mjs.
 */
import * as z from 'zod';
import { clusterSchema, scenarioSchema } from './schema.js';
import { duration } from './schemaWords.js';

type Json = Readonly<Record<string, unknown>>;

/** The JSON Schema (draft 2020-12) of scenario files. */
export function scenarioJsonSchema(): Json {
  const whole = toJson(scenarioSchema);
  const shared = { duration: toJson(duration), cluster: toJson(clusterSchema) };
  const cluster = shareIn(shared.cluster, { duration: shared.duration });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    ...(shareIn(whole, shared) as Json),
    $defs: { duration: { description: 'A duration, such as 250ms, 3s, 5m or 10m50s.', ...shared.duration }, cluster },
  };
}

function toJson(schema: z.ZodType): Json {
  const { $schema: _version, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}

/** Replaces each part that equals a shared one, but for its description, by a reference to it. */
function shareIn(value: unknown, shared: Readonly<Record<string, Json>>): unknown {
  if (Array.isArray(value)) return value.map((item) => shareIn(item, shared));
  if (typeof value !== 'object' || value === null) return value;
  const { description, ...rest } = value as Json;
  const same = Object.entries(shared).find(([, json]) => JSON.stringify(json) === JSON.stringify(rest));
  const described = description === undefined ? {} : { description };
  if (same !== undefined) return { ...described, $ref: `#/$defs/${same[0]}` };
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shareIn(item, shared)]));
}
