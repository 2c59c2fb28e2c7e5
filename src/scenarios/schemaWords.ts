/**
 * The words of the scenario schema: strict mappings, durations, names, probabilities.
 *
 * Every schema here carries, in place of an error message, a short phrase of what would be right ("a probability,
 * 0 to 1"). explain.ts turns zod's findings into messages and fills that phrase in, so that all messages read alike;
 * a strict mapping carries the list of its keys instead, from which the nearest one is suggested.
 */
import * as z from 'zod';
import { parseDuration } from '../model/time.js';

/** Between the keys that a strict mapping's message lists. No key contains it. */
export const KEY_SEPARATOR = ' ';

/** A mapping in which unknown keys are errors. */
export function strict<Shape extends z.ZodRawShape>(shape: Shape, phrase?: string): z.ZodObject<Shape, z.core.$strict> {
  const known = Object.keys(shape).join(KEY_SEPARATOR);
  return z.strictObject(shape, { error: (issue) => (issue.code === 'unrecognized_keys' ? known : phrase) });
}

/** Any text; `phrase` says what it is, e.g. "a server's name". */
export function text(phrase: string): z.ZodString {
  return z.string({ error: phrase });
}

/** One of several fixed words. */
export function oneOf<const Words extends readonly string[]>(
  words: Words,
): z.ZodEnum<z.core.util.ToEnum<Words[number]>> {
  return z.enum(words, { error: words.join(', ').replace(/, ([^,]*)$/, ' or $1') });
}

/** A list with at least one element. */
export function someOf<Element extends z.ZodType>(element: Element, phrase: string): z.ZodArray<Element> {
  return z.array(element, { error: phrase }).min(1, { error: phrase });
}

/** A whole number from `min` on. */
export function count(min: number): z.ZodNumber {
  const phrase = `a whole number, ${min} or more`;
  return z.number({ error: phrase }).int({ error: phrase }).min(min, { error: phrase });
}

export const FLAG_PHRASE = 'true or false';
export const flag = z.boolean({ error: FLAG_PHRASE });

export const PROBABILITY_PHRASE = 'a probability, 0 to 1';
export const probability = z
  .number({ error: PROBABILITY_PHRASE })
  .min(0, { error: PROBABILITY_PHRASE })
  .max(1, { error: PROBABILITY_PHRASE });

/** What a message says would be right where a duration is none; explain.ts writes a better one for plain numbers. */
export const DURATION_PHRASE = 'a duration, such as 250ms, 3s, 5m or 10m50s';

/** A duration as people write it, of at least `usMin` microseconds. */
export function writtenDuration(usMin: number, phrase: string): z.ZodString {
  return z
    .string({ error: phrase })
    .refine((written) => (parseDuration(written) ?? -1) >= usMin, { error: phrase })
    .meta({ pattern: '^(0|(\\d+(\\.\\d+)?(us|ms|s|m|h))+)$' });
}

/** A duration. The bare number 0 is taken too; everything else needs its unit. */
export const duration = z.union(
  [writtenDuration(0, DURATION_PHRASE), z.literal(0, { error: DURATION_PHRASE }).transform(() => '0s')],
  { error: DURATION_PHRASE },
);
