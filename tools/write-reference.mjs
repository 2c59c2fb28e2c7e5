/**
 * Writes the reference pages of the APIs (docs/reference/) from the tables that the code itself reads; with --check only
 * tells whether they are what they should be. Run it after a build.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as prettier from 'prettier';
import { root } from './sources.mjs';

/**
 * @typedef {import('../src/api/facade/describe.js').ApiFunction} ApiFunction
 * @typedef {import('../src/api/facade/describe.js').Callback} Callback
 * @typedef {import('../src/api/facade/describe.js').Parameter} Parameter
 * @typedef {import('../src/api/facade/table.js').ConstantTable} ConstantTable
 * @typedef {import('../src/api/facade/describe.js').Structure} Structure
 * @typedef {import('../src/api/facade/describe.js').Erratum} Erratum
 * @typedef {import('../src/api/layout/types.js').Type} Type
 */

/** @param {string} path */
const dist = (path) => import(new URL(`../dist/${path}`, import.meta.url).href);
const { functions3, functions4, callbacks3, callbacks4 } = await dist('api/arm-server/functions.js');
const { tables3, tables4 } = await dist('api/arm-server/constants.js');
const { structures3, structures4 } = await dist('api/arm-server/structures.js');
const { errata } = await dist('api/arm-server/errata.js');
const { clientFunctions, clientCallbacks } = await dist('api/arm-client/functions.js');
const { vbFunctions, vbCallbacks, vbTypes } = await dist('api/arm-client/functions-vb.js');
const { clientTables, vbTables } = await dist('api/arm-client/constants.js');
const { clientStructures, vbStructures } = await dist('api/arm-client/structures.js');
const { clientErrata } = await dist('api/arm-client/errata.js');
const { placesOf, sizeOf } = await dist('api/layout/measure.js');

/** @typedef {(name: string, result: string, parameters: readonly Parameter[]) => string} Prototype */

/** @type {Prototype} */
const inC = (name, result, parameters) =>
  code('c', `${result} ${name}(${parameters.map(({ type, name: own }) => `${type} ${own}`).join(', ')});`);

/** As section 7.1.3 prints them: without what is before the name. @type {Prototype} */
const inVisualBasic = (name, result, parameters) => {
  const declared = parameters.map(({ type, name: own }) => `${vbTypes[type].pass} ${own} As ${vbTypes[type].as}`);
  return code('vb', `${name}(${declared.join(', ')}) As ${result}`);
};

/** @param {string} language @param {string} text */
const code = (language, text) => ['```' + language, text, '```'].join('\n');

/** @param {readonly Erratum[]} all @param {string[]} chapters */
const of = (all, ...chapters) =>
  all.filter(({ section }) => section.split(', ').some((one) => chapters.some((chapter) => one.startsWith(chapter))));

const answersOfServer =
  'Every function answers TRUE or FALSE; GetLastError then tells which of its documented errors it was, and `explain()` ' +
  'of the thread why.';
const origins =
  'Origins of values: `documented` (printed in the document), `inferred` (follows from what is printed), `win32`, ' +
  '`chosen` (ours).';

/**
 * @type {{
 *   file: string,
 *   title: string,
 *   intro: string,
 *   answers: string,
 *   prototype: Prototype,
 *   functions: Record<string, ApiFunction>,
 *   callbacks: Record<string, Callback>,
 *   structures: Record<string, Structure>,
 *   tables: Record<string, ConstantTable>,
 *   bits: (32 | 64)[],
 *   errata: readonly Erratum[],
 * }[]}
 */
const pages = [
  {
    file: 'armapi4.md',
    title: 'Server API Ver4.x',
    intro:
      'Chapter 3 of the document: `armapi4` of a thread of an application on a server (kits 4.0 to 7.0), 32 or 64 bits, ' +
      'ANSI or Unicode. Its registry functions are those of section 4.1.4.',
    answers: answersOfServer,
    prototype: inC,
    functions: functions4,
    callbacks: callbacks4,
    structures: structures4,
    tables: tables4,
    bits: [32, 64],
    errata: of(errata, '3'),
  },
  {
    file: 'armapi.md',
    title: 'Server API Ver3.0',
    intro:
      'Chapter 4 of the document: `armapi` of a thread of an application of the kit 3.0 on a server, 32 bits. It is made ' +
      'for clusters that are run the Ver3.0 compatible way (section 2.2), and works elsewhere as far as it can.',
    answers: answersOfServer,
    prototype: inC,
    functions: functions3,
    callbacks: callbacks3,
    structures: structures3,
    tables: tables3,
    bits: [32],
    errata: of(errata, '4'),
  },
  {
    file: 'armcl2.md',
    title: 'Client API for C',
    intro:
      'Chapters 5 and 6 of the document: `armcl2` of a thread of an application on a client or a server (`armcl2.h`, ' +
      '`armcl232.dll` for 32 bits; on servers `armcl264.dll` for 64 bits), ANSI or Unicode.',
    answers:
      'Every function answers TRUE or FALSE, but for ArmClientInitializeApiEx, which answers a handle or ' +
      'ARMCLAPI_ERROR_HANDLE; GetLastError then tells which of its documented errors it was, and `explain()` of the ' +
      'thread why.',
    prototype: inC,
    functions: clientFunctions,
    callbacks: clientCallbacks,
    structures: clientStructures,
    tables: clientTables,
    bits: [32, 64],
    errata: of(clientErrata, '5.2', '5.3', '6', '7.3.1'),
  },
  {
    file: 'armcl2vb.md',
    title: 'Client API for Visual Basic',
    intro:
      'Chapter 7 of the document: `armcl2vb` of a thread of an application on a client or a server (`armcl2vb.bas`, ' +
      '`armcl2vb.dll`), 32 bits, ANSI.',
    answers:
      'Every function answers ARMTRUE or ARMFALSE, but for ArmClientInitializeApiEx, which answers a handle or ' +
      'ARMCLAPI_ERROR_HANDLE; the property LastDllError of Err then tells which of its documented errors it was, and ' +
      '`explain()` of the thread why. ' +
      'Callbacks are handed over with AddressOf, and receive texts as arrays of Byte (7.4.3).',
    prototype: inVisualBasic,
    functions: vbFunctions,
    callbacks: vbCallbacks,
    structures: vbStructures,
    tables: vbTables,
    bits: [32],
    errata: of(clientErrata, '5.4', '7'),
  },
];

/** @param {unknown} text */
const cell = (text) => String(text).replaceAll('|', '\\|');
/** @param {unknown[]} cells */
const row = (...cells) => `| ${cells.map(cell).join(' | ')} |`;
/** @param {string[]} head @param {string[]} rows */
const table = (head, rows) => [row(...head), row(...head.map(() => '---')), ...rows].join('\n');
/** @param {[string, ApiFunction]} entry @param {Prototype} prototype @param {ConstantTable['constants']} constants */
function functionText([name, { section, does, parameters, result, errors }], prototype, constants) {
  const directions = parameters.map(({ name: own, direction }) => row(`\`${own}\``, direction));
  return [
    `### ${name}`,
    `Section ${section}. It ${does}.`,
    prototype(name, result, parameters),
    parameters.length === 0 ? '' : table(['parameter', 'direction'], directions),
    table(
      ['error', 'when'],
      errors.map((error) => row(`\`${error}\``, constants[error].meaning)),
    ),
  ];
}

/** @param {[string, Callback]} entry @param {Prototype} prototype */
function callbackText([name, { section, does, parameters, result, takenBy }], prototype) {
  return [
    `### ${name}`,
    `Section ${section}, for ${takenBy.map((taker) => `\`${taker}\``).join(' and ')}. It ${does}.`,
    prototype(name, result, parameters),
  ];
}

/** @type {(type: Type) => string} */
const typeText = (type) => {
  if (type.kind === 'scalar') return type.name;
  if (type.kind === 'text') return `${type.char}[${type.length}]`;
  if (type.kind === 'text-pointer') return 'LPTSTR';
  if (type.kind === 'array') return `${typeText(type.of)}[${type.length}]`;
  if (type.kind === 'list') return `${typeText(type.of)} *, ${type.counted} of them`;
  if (type.kind === 'trailing') return 'BYTE[0]';
  if (type.kind === 'union') return `union of ${type.members.map((member) => member.name).join(', ')}`;
  if (type.kind === 'address') return 'address';
  return type.name || 'struct';
};

/** @param {[string, Structure]} entry @param {(32 | 64)[]} bitsOf */
function structureText([name, { section, tells, layout }], bitsOf) {
  const targets = bitsOf.map((bits) => ({ bits, charset: 'ansi' }));
  const places = targets.map((target) => /** @type {{ at: number }[]} */ (placesOf(layout, target)));
  const rows = layout.fields.map(({ name: own, type }, index) =>
    row(`\`${own}\``, `\`${typeText(type)}\``, ...places.map((place) => place[index].at)),
  );
  const sizes = targets.map((target) => `${sizeOf(layout, target)} bytes with ${target.bits} bits`).join(', ');
  return [
    `### ${name}`,
    `Section ${section}: ${tells}. ${sizes} (ANSI).`,
    table(['member', 'type', ...bitsOf.map((bits) => `offset (${bits} bits)`)], rows),
  ];
}

/** @param {[string, ConstantTable]} entry */
function constantsText([kind, { section, why, constants }]) {
  const value = (/** @type {number | string} */ one) =>
    typeof one === 'number' ? `0x${(one >>> 0).toString(16)}` : `"${one}"`;
  const rows = Object.entries(constants).map(([name, one]) =>
    row(`\`${name}\``, `\`${value(one.value)}\``, one.origin, one.meaning),
  );
  return [`### ${kind}`, `Section ${section}. ${why}`, table(['constant', 'value', 'origin', 'meaning'], rows)];
}

/** @param {(typeof pages)[number]} page */
function pageOf({ title, intro, answers, prototype, functions, callbacks, structures, tables, bits, errata: own }) {
  return [
    `# ${title}`,
    '<!-- Written by tools/write-reference.mjs from the tables of src/api; do not change it by hand. -->',
    intro,
    `${answers} ${origins}`,
    '## Functions',
    ...Object.entries(functions).flatMap((entry) => functionText(entry, prototype, tables.errors.constants)),
    '## Callbacks',
    ...Object.entries(callbacks).flatMap((entry) => callbackText(entry, prototype)),
    '## Structures',
    ...Object.entries(structures).flatMap((entry) => structureText(entry, bits)),
    '## Constants',
    ...Object.entries(tables).flatMap(constantsText),
    '## Where the document contradicts itself',
    table(
      ['section', 'printed', 'against', 'taken'],
      own.map((one) => row(one.section, one.printed, one.against, one.taken)),
    ),
  ].filter((part) => part !== '');
}

const folder = join(root, 'docs', 'reference');
mkdirSync(folder, { recursive: true });
const options = await prettier.resolveConfig(join(folder, 'x.md'));
let stale = false;
for (const page of pages) {
  const path = join(folder, page.file);
  const text = await prettier.format(`${pageOf(page).join('\n\n')}\n`, { ...options, parser: 'markdown' });
  if (!process.argv.includes('--check')) writeFileSync(path, text);
  else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    console.error(
      `docs/reference/${page.file} is not that of the tables: npm run build && node tools/write-reference.mjs`,
    );
    stale = true;
  }
}
if (stale) process.exit(1);
