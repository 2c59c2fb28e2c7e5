/**
 * A run as JUnit XML, which CI servers show: the scenario is a suite, each expectation a test, and so is each step that
 * was refused or should have been, the emulator's own invariants, and a thread that failed. Times are the run's, not the wall's, so that the
 * same run gives the same file.
 */
import { create } from 'xmlbuilder2';
import { callText } from '../scenarios/calls.js';
import { expectationText } from '../scenarios/expectations.js';
import type { PlannedStep } from '../scenarios/plan.js';
import type { Failure, ScenarioResult } from '../scenarios/result.js';
import type { Scenario } from '../scenarios/scenario.js';

/** The report of one run; ends with a line break. */
export function junitXml(scenario: Scenario, result: ScenarioResult): string {
  const cases = casesOf(scenario, result);
  const failures = cases.filter((one) => one.failure !== undefined).length;
  const skipped = cases.filter((one) => one.skipped === true).length;
  const counts = { tests: cases.length, failures, errors: 0 };
  const time = (result.endedAt / 1_000_000).toFixed(6);
  const document = create({ version: '1.0', encoding: 'UTF-8', invalidCharReplacement: '\ufffd' });
  const suites = document.ele('testsuites', { name: 'armada', ...counts, time });
  const suite = suites.ele('testsuite', { name: scenario.name, ...counts, skipped, time, ...fileOf(scenario) });
  const properties = suite.ele('properties');
  const facts = {
    seed: String(result.seed),
    backend: result.backend,
    ...(scenario.timeScale === undefined ? {} : { timeScale: String(scenario.timeScale) }),
    ...(result.hash === undefined ? {} : { hash: result.hash }),
    replay: result.replay,
  };
  for (const [name, value] of Object.entries(facts)) properties.ele('property', { name, value });
  for (const { name, line, failure, skipped: skip } of cases) {
    const element = suite.ele('testcase', { name, classname: scenario.name, ...fileOf(scenario), ...line });
    if (skip === true) element.ele('skipped', { message: 'the run was broken off before' });
    if (failure === undefined) continue;
    const text = `${failure.text}\nagain: ${result.replay}`;
    element.ele('failure', { message: failure.text, type: failure.kind }).txt(text);
  }
  return `${document.end({ prettyPrint: true })}\n`;
}

interface Case {
  readonly name: string;
  readonly line: { readonly line?: number };
  readonly failure?: Failure;
  /** Nobody knows: the run was broken off before. */
  readonly skipped?: boolean;
}

function casesOf(scenario: Scenario, result: ScenarioResult): Case[] {
  const brokenOff = result.failures.some(({ kind }) => kind === 'violation' || kind === 'thread');
  const seen = result.lines.flatMap((line) => {
    if (line.kind === 'step' && line.error !== undefined) return `refused ${line.step}`;
    return line.kind === 'expect' && line.ok ? line.text : [];
  });
  const cases = scenario.steps.flatMap((step): Case[] => {
    const failure = result.failures.find((one) => one.step === step.index);
    const plain = step.does.type === 'inject' || (step.does.type === 'act' && !step.refused);
    if (plain && failure === undefined) return [];
    const one = { name: nameOf(step), line: { line: step.place?.line }, failure };
    if (!brokenOff || failure !== undefined) return [one];
    return [{ ...one, skipped: !wasJudged(step, seen) }];
  });
  const violation = result.failures.find((one) => one.kind === 'violation');
  const broken = result.failures.filter((one) => one.kind === 'thread');
  const threads = broken.map((failure): Case => ({ name: 'the threads of the emulator run', line: {}, failure }));
  return [...cases, { name: 'the invariants of the emulator hold', line: {}, failure: violation }, ...threads];
}

/** Whether a step that did not fail was done before its run was broken off; takes the trace of that out of `seen`. */
function wasJudged({ does, name }: PlannedStep, seen: string[]): boolean {
  const found = seen.findIndex((text) => {
    if (does.type === 'expect') return text === expectationText(does.expectation);
    if (does.type === 'call') return text.startsWith(callText(does.call));
    return text === `refused ${name}`;
  });
  if (found >= 0) seen.splice(found, 1);
  return found >= 0;
}

function nameOf(step: PlannedStep): string {
  const number = `step ${step.index + 1}`;
  if (step.does.type === 'call') return `${number}: ${callText(step.does.call)}`;
  if (step.does.type === 'expect') return `${number}: ${expectationText(step.does.expectation)}`;
  return `${number}: ${step.name} is ${step.refused ? 'refused' : 'accepted'}`;
}

function fileOf(scenario: Scenario): { file?: string } {
  return scenario.file === undefined ? {} : { file: scenario.file };
}
