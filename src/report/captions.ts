/**
 * Plain English for trace lines: what a mark on the time axis means, and how many marks of one kind are told in one
 * sentence ("failover of Group1..Group4 began, ServerA to ServerB").
 *
 * A caption is a sentence in parts, so that captions that differ in nothing but their subject, or their servers, can be
 * joined.
 */
import type { ClientEventLine, EventLine, PopupLine, TraceLine } from '../model/trace.js';
import { stateAt, type At, type GroupState, type Lane } from './lanes.js';

/** A sentence: `before`, the subject, `after`, then where: each place with the words that lead to it, then a note. */
export interface Caption {
  readonly before: string;
  readonly subject: string;
  readonly after: string;
  readonly places: readonly Place[];
  readonly note: string;
  /** The code of the event or `step`, `failed`, `violated`: what the sentence tells in the words of the trace. */
  readonly label: string;
}

export interface Place {
  readonly lead: string;
  readonly name: string;
}

/**
 * A step, an event, or an alarm (failed expectation, violated invariant) on the time axis of one cluster; or what a
 * client was told.
 */
export interface Mark {
  /** From 1 in each cluster's chart, and what clients were told again from 1. */
  readonly number: number;
  readonly at: number;
  readonly seq: number;
  readonly kind: 'step' | 'event' | 'alarm' | 'client';
  readonly caption: Caption;
}

/** Several marks told in one sentence. */
export interface JoinedCaption {
  readonly from: number;
  readonly to: number;
  readonly label: string;
  readonly text: string;
  readonly marks: readonly Mark[];
}

/** The caption of a line that is a mark. The groups' lanes tell a start that is printed as a stop from a stop. */
export function captionOf(line: TraceLine, groups: readonly Lane<GroupState>[]): Caption {
  switch (line.kind) {
    case 'step': {
      const places = [
        ...(line.to === undefined ? [] : [{ lead: ' to ', name: line.to }]),
        ...(line.on === undefined ? [] : [{ lead: ' on ', name: line.on }]),
      ];
      const refused = line.error === undefined ? '' : `, refused: ${line.error}`;
      return { before: `${line.step} `, subject: line.target, after: '', places, note: refused, label: 'step' };
    }
    case 'event':
      return eventCaption(line, groups);
    case 'expect':
      return plain(line.ok ? 'holds: ' : 'expectation failed: ', line.text, '', line.ok ? 'holds' : 'failed');
    case 'violation':
      return plain(`invariant ${line.invariant} violated: `, line.text, '', 'violated');
    case 'popup':
      return popupCaption(line, groups);
    case 'client-event':
      return callbackCaption(line);
    default:
      return plain(line.kind, '', '', line.kind);
  }
}

/** A popup's text, parted at the name of its group, so that popups that differ in nothing else can be joined. */
function popupCaption({ text, client }: PopupLine, groups: readonly Lane<GroupState>[]): Caption {
  const names = new Set(groups.map(({ name }) => name));
  const found = [...text.matchAll(/[A-Za-z0-9_-]+/g)].find(([word]) => names.has(word));
  const [start, end] = found === undefined ? [0, 0] : [found.index, found.index + found[0].length];
  return {
    before: `popup: ${text.slice(0, start)}`,
    subject: text.slice(start, end),
    after: text.slice(end),
    places: [{ lead: '; on ', name: client }],
    note: '',
    label: 'popup',
  };
}

/** What an application was called back with: the event, its servers, and the status from then on. */
function callbackCaption(line: At<ClientEventLine>): Caption {
  const places = [
    { lead: ' on ', name: line.client },
    ...(line.src === '' ? [] : [{ lead: ', from ', name: line.src }]),
    ...(line.dst === '' ? [] : [{ lead: ', to ', name: line.dst }]),
  ];
  const note = `; status ${line.status.replace(STATUS_PREFIX, '')}`;
  return { before: `callback ${line.event} for `, subject: line.group, after: '', places, note, label: 'callback' };
}

/** What every status of a group on a client begins with (section 6.1.2.5). */
export const STATUS_PREFIX = 'ARMCLAPI_GROUP_STATUS_';

/** The tone of marks that are drawn as one: an alarm outweighs a step, a step an event. */
export function markTone(marks: readonly Mark[]): Exclude<Mark['kind'], 'client'> {
  if (marks.some((mark) => mark.kind === 'alarm')) return 'alarm';
  return marks.some((mark) => mark.kind === 'step') ? 'step' : 'event';
}

/** The whole sentence of one caption. */
export function sentence({ before, subject, after, places, note }: Caption): string {
  return `${before}${subject}${after}${places.map(({ lead, name }) => lead + name).join('')}${note}`.trim();
}

function plain(before: string, subject: string, after: string, label: string): Caption {
  return { before, subject, after, places: [], note: '', label };
}

/** What an event says, in plain English. */
function eventCaption(line: At<EventLine>, groups: readonly Lane<GroupState>[]): Caption {
  const { source, src, dst } = line;
  const label = line.code.replace('ARM_EVENT_', '');
  const on = [{ lead: ' on ', name: src }];
  const way = [
    { lead: ', ', name: src },
    { lead: ' to ', name: dst },
  ];
  switch (line.code) {
    case 'ARM_EVENT_SHUTDOWN':
      return plain('', source, ' shuts down', label);
    case 'ARM_EVENT_DOWN':
      return plain('', source, ' went down', label);
    case 'ARM_EVENT_RETURN_TO_CLUSTER':
      return plain('', source, ' returned to the cluster', label);
    case 'ARM_EVENT_FAILOVER_START':
      return plain('failover to ', source, ' began', label);
    case 'ARM_EVENT_FAILOVER_END':
      return plain('failover to ', source, ' ended', label);
    case 'ARM_EVENT_GROUP_START':
      return { ...plain('', source, ' started', label), places: on };
    case 'ARM_EVENT_GROUP_STOP':
      return printedStart(line, groups)
        ? { ...plain('', source, ' started', label), places: on, note: ' (printed as GROUP_STOP)' }
        : { ...plain('', source, ' stopped', label), places: on };
    case 'ARM_EVENT_GROUP_FAILOVER_START':
      return { ...plain('failover of ', source, ' began', label), places: way };
    case 'ARM_EVENT_GROUP_FAILOVER_END':
      return { ...plain('failover of ', source, ' ended', label), places: way };
    case 'ARM_EVENT_GROUP_FAILOVER_FAILURE':
      return { ...plain('failover of ', source, ' failed', label), places: way };
    case 'ARM_EVENT_GROUP_MOVE_START':
      return { ...plain('move of ', source, ' began', label), places: way };
    case 'ARM_EVENT_GROUP_MOVE_END':
      return { ...plain('move of ', source, ' ended', label), places: way };
    case 'ARM_EVENT_GROUP_MOVE_FAILURE':
      return { ...plain('move of ', source, ' failed', label), places: way };
    case 'ARM_EVENT_LSW_SWITCHED':
      return plain('line ', source, ' was switched', label);
    default:
      line.code satisfies never;
      return plain('', source, '', label);
  }
}

/**
 * The table of section 3.3 prints GROUP_STOP where a cluster start calls for GROUP_START, and the emulator follows the
 * print. A group that is active on that server after the event has not stopped.
 */
function printedStart(line: At<EventLine>, groups: readonly Lane<GroupState>[]): boolean {
  const lane = groups.find((group) => group.name === line.source);
  const state = lane === undefined ? undefined : stateAt(lane, line.t);
  return state !== undefined && state.server === line.src && state.state.startsWith('ONLINE');
}

/**
 * Joins marks that say the same of different subjects, in order of their first. Where that leaves more than
 * `sentencesMax` sentences, those that differ only in their servers are joined as well.
 */
export function joinCaptions(marks: readonly Mark[], lengthMax: number, sentencesMax: number): JoinedCaption[] {
  const exact = gather(marks, (mark) => JSON.stringify([mark.caption.before, mark.caption.after, mark.caption.places]));
  const alike = gather(marks, (mark) => JSON.stringify([mark.caption.before, mark.caption.after]));
  return (exact.length > sentencesMax ? alike : exact).map((same) => ({
    from: same[0].at,
    to: same[same.length - 1].at,
    label: same[0].caption.label,
    text: joinedSentence(same, lengthMax),
    marks: same,
  }));
}

/** Only events, and what clients are told, are joined: each step and each alarm is told for itself. */
function gather(marks: readonly Mark[], keyOf: (mark: Mark) => string): Mark[][] {
  const found = new Map<string, Mark[]>();
  for (const mark of marks) {
    const { label, note } = mark.caption;
    const own = mark.kind === 'step' || mark.kind === 'alarm' ? mark.number : '';
    const key = JSON.stringify([own, label, note, keyOf(mark)]);
    const same = found.get(key);
    if (same === undefined) found.set(key, [mark]);
    else same.push(mark);
  }
  return [...found.values()];
}

function joinedSentence(marks: readonly Mark[], lengthMax: number): string {
  const { caption } = marks[0];
  if (marks.length === 1) return sentence(caption);
  const places = caption.places.map(({ lead }, i) => ({
    lead,
    name: unique(
      marks.map((m) => m.caption.places[i].name),
      24,
    ),
  }));
  const room = Math.max(28, lengthMax - sentence({ ...caption, subject: '', places }).length);
  return sentence({
    ...caption,
    subject: unique(
      marks.map((m) => m.caption.subject),
      room,
    ),
    places,
  });
}

function unique(names: readonly string[], lengthMax: number): string {
  return nameList([...new Set(names)], lengthMax);
}

/**
 * A list of names in little room: three or more that count up become `Group1..Group12`; where the list is too long
 * still, others that differ only in their number become `Group1,17,33`, and what does not fit `+n`, the number of
 * names left out.
 */
export function nameList(names: readonly string[], lengthMax: number): string {
  const runs = runsOf(names);
  const full = runs.map((run) => run.text).join(', ');
  if (full.length <= lengthMax) return full;
  let text = '';
  let told = 0;
  for (const [i, run] of runs.entries()) {
    const next = i === 0 ? run.text : `${text}${separator(runs[i - 1].last, run.text)}`;
    const left = names.length - told - run.count;
    const more = left > 0 ? ` +${left}`.length : 0;
    if (told > 0 && next.length + more > lengthMax) return `${text} +${names.length - told}`;
    text = next;
    told += run.count;
  }
  return text;
}

/** What follows a name in a list: only the number, where the rest of the name is the same. */
function separator(before: string, text: string): string {
  const [, head] = NUMBERED.exec(before) ?? [];
  const [, nextHead, number] = NUMBERED.exec(text) ?? [];
  return head !== undefined && head !== '' && head === nextHead ? `,${number}` : `, ${text}`;
}

const NUMBERED = /^([^\d]*)(\d{1,9})$/;

function runsOf(names: readonly string[]): { text: string; last: string; count: number }[] {
  const runs: { text: string; last: string; count: number }[] = [];
  for (let i = 0; i < names.length;) {
    let j = i + 1;
    while (j < names.length && follows(names[j - 1], names[j])) j++;
    if (j - i >= 3) runs.push({ text: `${names[i]}..${names[j - 1]}`, last: '', count: j - i });
    else for (const name of names.slice(i, j)) runs.push({ text: name, last: name, count: 1 });
    i = j;
  }
  return runs;
}

function follows(a: string, b: string): boolean {
  const [, head, digits] = /^(.*?)(\d{1,9})$/s.exec(a) ?? [];
  return digits !== undefined && b === `${head}${String(Number(digits) + 1).padStart(digits.length, '0')}`;
}
