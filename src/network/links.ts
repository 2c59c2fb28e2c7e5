/**
 * The rules of one direction of one link, and how they are read.
 *
 * A link that nobody touched carries every frame, unharmed, in `DEFAULT_DELAY_US`. Everything else is a rule.
 */
import { Checker, type Path } from '../model/check.js';
import { DURATION_US_MAX } from '../model/limits.js';
import { err, ok, type Problem, type Result } from '../model/result.js';
import { micros, type Micros } from '../model/time.js';

/** What happens to frames in one direction of one link. */
export interface LinkSettings {
  /** Probability that a frame is lost, 0 to 1. */
  readonly lossP: number;
  /** Time that every frame takes, from 1 µs to a day. */
  readonly delayUs: Micros;
  /** Up to so much more, 0 to a day, evenly distributed over the whole microseconds, drawn for each frame. */
  readonly jitterUs: Micros;
  /** Probability that a frame that is not lost arrives twice, 0 to 1. */
  readonly duplicateP: number;
  /** Probability that a copy arrives damaged, 0 to 1. */
  readonly corruptP: number;
}

/** Time a frame takes on a link without rules (*ours*). */
export const DEFAULT_DELAY_US: Micros = micros(100);
/** No frame arrives at the instant when it was sent: without that, nothing would order cause before effect. */
const DELAY_US_MIN: Micros = micros(1);

/** The settings of a link that nobody touched. */
export const DEFAULT_LINK: LinkSettings = Object.freeze({
  lossP: 0,
  delayUs: DEFAULT_DELAY_US,
  jitterUs: micros(0),
  duplicateP: 0,
  corruptP: 0,
});

/** True when a link with these settings behaves like an untouched one. */
export function isDefaultLink(settings: LinkSettings): boolean {
  return (
    settings.lossP === 0 &&
    settings.delayUs === DEFAULT_DELAY_US &&
    settings.jitterUs === 0 &&
    settings.duplicateP === 0 &&
    settings.corruptP === 0
  );
}

/** Throws a RangeError where a setting is out of its range. Users' input is judged before, by `readLinkRules`. */
export function assertLink(settings: LinkSettings): void {
  const { lossP, delayUs, jitterUs, duplicateP, corruptP } = settings;
  const probable = [lossP, duplicateP, corruptP].every((p) => p >= 0 && p <= 1);
  const timely = Number.isInteger(delayUs) && delayUs >= DELAY_US_MIN && delayUs <= DURATION_US_MAX;
  const steady = Number.isInteger(jitterUs) && jitterUs >= 0 && jitterUs <= DURATION_US_MAX;
  if (!probable || !timely || !steady)
    throw new RangeError(`No link can have the settings ${JSON.stringify(settings)}.`);
}

/**
 * Reads the rules of a link as users write them (`loss`, `delay`, `jitter`, `duplicate`, `corrupt`; docs/scenarios.md),
 * whatever they are at run time. Answers only the settings that were written, so that others stay as they are.
 *
 * @param rules an object that may hold further keys: they are not looked at
 * @param at where the rules stand in what the user wrote
 */
export function readLinkRules(rules: object, at: Path = []): Result<Partial<LinkSettings>, Problem[]> {
  const check = new Checker();
  const { loss, delay, jitter, duplicate, corrupt } = rules as Record<string, unknown>;
  const known = { loss, delay, jitter, duplicate, corrupt };
  const fields = check.fields(known, at, 'A link', Object.keys(known)) ?? new Map<string, unknown>();
  const settings: { -readonly [Key in keyof LinkSettings]?: LinkSettings[Key] } = {};
  if (fields.has('loss')) settings.lossP = check.probability(fields, 'loss', at, 0);
  if (fields.has('delay')) {
    settings.delayUs = check.duration(fields, 'delay', at, DELAY_US_MIN, DURATION_US_MAX, DEFAULT_DELAY_US);
  }
  if (fields.has('jitter')) {
    settings.jitterUs = check.duration(fields, 'jitter', at, micros(0), DURATION_US_MAX, micros(0));
  }
  if (fields.has('duplicate')) settings.duplicateP = check.probability(fields, 'duplicate', at, 0);
  if (fields.has('corrupt')) settings.corruptP = check.probability(fields, 'corrupt', at, 0);
  return check.problems.length > 0 ? err(check.problems) : ok(settings);
}
