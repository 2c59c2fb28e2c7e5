/**
 * A run as JUnit XML, which CI servers show: the scenario is a suite, each expectation a test, and so is each step that
 * was refused or should have been, and the emulator's own invariants. Times are the run's, not the wall's, so that the
 * same run gives the same file.
 */
import { create } from 'xmlbuilder2';
import { expectationText } from '../scenarios/expectations.js';
import type { PlannedStep } from '../scenarios/plan.js';
import type { Failure, ScenarioResult } from '../scenarios/result.js';
import type { Scenario } from '../scenarios/scenario.js';

/** The report of one run; ends with a line break. */
export function junitXml(scenario: Scenario, result: ScenarioResult): string {
  const cases = casesOf(scenario, result);
  const failures = cases.filter((one) => one.failure !== undefined).length;
  const counts = { tests: cases.length, failures, errors: 0 };
  const time = (result.endedAt / 1_000_000).toFixed(6);
  const document = create({ version: '1.0', encoding: 'UTF-8', invalidCharReplacement: '\ufffd' });
  const suites = document.ele('testsuites', { name: 'armada', ...counts, time });
  const suite = suites.ele('testsuite', { name: scenario.name, ...counts, skipped: 0, time, ...fileOf(scenario) });
  const properties = suite.ele('properties');
  const facts = { seed: String(result.seed), backend: result.backend, hash: result.hash ?? '', replay: result.replay };
  for (const [name, value] of Object.entries(facts)) properties.ele('property', { name, value });
  for (const { name, line, failure } of cases) {
    const element = suite.ele('testcase', { name, classname: scenario.name, ...fileOf(scenario), ...line });
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
}

function casesOf(scenario: Scenario, result: ScenarioResult): Case[] {
  const cases = scenario.steps.flatMap((step): Case[] => {
    const failure = result.failures.find((one) => one.step === step.index);
    if (step.does.type === 'act' && !step.refused && failure === undefined) return [];
    return [{ name: nameOf(step), line: { line: step.place?.line }, failure }];
  });
  const violation = result.failures.find((one) => one.kind === 'violation');
  return [...cases, { name: 'the invariants of the emulator hold', line: {}, failure: violation }];
}

function nameOf(step: PlannedStep): string {
  const number = `step ${step.index + 1}`;
  if (step.does.type === 'expect') return `${number}: ${expectationText(step.does.expectation)}`;
  return `${number}: ${step.name} is ${step.refused ? 'refused' : 'accepted'}`;
}

function fileOf(scenario: Scenario): { file?: string } {
  return scenario.file === undefined ? {} : { file: scenario.file };
}
