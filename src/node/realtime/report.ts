/**
 * How a server's report crosses to the main thread: a line of JSON, and behind it a line for each outcome it lets out.
 *
 * Every member of a view lets every outcome out, in the same words. So the main thread, which is told each as often as
 * there are members, reads it once and then knows it by its line. With many groups that was most of what it did in a
 * failover, on a processor that the servers could have used.
 */
import type { Outcome } from '../../failover/log/entries.js';
import type { EffectRecord } from '../effects.js';
import { bytesOf, textOf } from '../wire.js';
import type { Report } from './boot.js';

/** JSON in one line has none of its own. */
const BETWEEN = '\n';
/** So many outcomes are known by their lines, those told first longest ago forgotten first: a failover of 256 groups has 768. */
const KNOWN_MAX = 1024;

/** A report as bytes, to be read by a `ReportReader`. */
export function reportToBytes(report: Report): Uint8Array {
  const outcomes: string[] = [];
  const effects = report.effects.map((record): EffectRecord => {
    if (record[0] !== 'released') return record;
    const [name, outcome, ...rest] = record;
    outcomes.push(JSON.stringify(outcome));
    return [name, ...rest];
  });
  return bytesOf([JSON.stringify({ ...report, effects }), ...outcomes].join(BETWEEN));
}

/** Reads the reports of all servers. */
export class ReportReader {
  private readonly known = new Map<string, Outcome>();

  /** What was told; the same outcome, told by several servers, is one object, which nobody may change. */
  read(bytes: Uint8Array): Report {
    const [line, ...outcomes] = textOf(bytes).split(BETWEEN);
    const report = JSON.parse(line) as Report;
    if (outcomes.length === 0) return report;
    let next = 0;
    const effects = report.effects.map((record): EffectRecord => {
      if (record[0] !== 'released') return record;
      const [name, ...rest] = record;
      return [name, this.outcome(outcomes[next++]), ...rest];
    });
    return { ...report, effects };
  }

  private outcome(line: string): Outcome {
    const known = this.known.get(line);
    if (known) return known;
    const outcome = JSON.parse(line) as Outcome;
    this.known.set(line, outcome);
    if (this.known.size > KNOWN_MAX) this.known.delete(this.known.keys().next().value as string);
    return outcome;
  }
}
