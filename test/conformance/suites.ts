/** The documented pairs of function and error, API by API, and the cases that reproduce them. */
import { clientFunctions } from '../../src/api/arm-client/functions.js';
import { vbFunctions } from '../../src/api/arm-client/functions-vb.js';
import { functions3, functions4 } from '../../src/api/arm-server/functions.js';
import type { ApiFunction } from '../../src/api/facade/describe.js';
import type { Case, Via } from './case.js';
import { cases3 } from './cases3.js';
import { cases4 } from './cases4.js';
import { casesC, casesVb } from './casesClient.js';
import { casesRegistry } from './casesRegistry.js';

/** One row of the count: an API as it is gone through. */
export interface Suite {
  readonly name: string;
  readonly via: Via;
  readonly functions: Readonly<Record<string, ApiFunction>>;
  /** How many pairs the document has. */
  readonly pairs: number;
  /** They are counted elsewhere already: two APIs have the same functions of the registry. */
  readonly again?: true;
  readonly cases: readonly Case[];
}

/** The functions that both APIs have (3.1.4 refers to 4.1.4). */
const ofRegistry = (name: string): boolean => name.startsWith('ArmReg') && name in functions4;

function only(
  functions: Readonly<Record<string, ApiFunction>>,
  wanted: (name: string) => boolean,
): Readonly<Record<string, ApiFunction>> {
  return Object.fromEntries(Object.entries(functions).filter(([name]) => wanted(name)));
}

export const suites: readonly Suite[] = [
  {
    name: 'server4',
    via: 'server4',
    functions: only(functions4, (name) => !ofRegistry(name)),
    pairs: 117,
    cases: cases4,
  },
  {
    name: 'server3',
    via: 'server3',
    functions: functions3,
    pairs: 168,
    cases: [...cases3, ...casesRegistry],
  },
  {
    name: 'registry of server4',
    via: 'server4',
    functions: only(functions4, ofRegistry),
    pairs: 44,
    again: true,
    cases: casesRegistry,
  },
  { name: 'client for C', via: 'client', functions: clientFunctions, pairs: 230, cases: casesC },
  { name: 'client for Visual Basic', via: 'vb', functions: vbFunctions, pairs: 170, cases: casesVb },
];
