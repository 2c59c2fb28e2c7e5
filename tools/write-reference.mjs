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
 * @typedef {import('../src/api/layout/types.js').Type} Type
 */

/** @param {string} path */
const dist = (path) => import(new URL(`../dist/${path}`, import.meta.url).href);
const { functions3, functions4, callbacks3, callbacks4 } = await dist('api/arm-server/functions.js');
const { tables3, tables4 } = await dist('api/arm-server/constants.js');
const { structures3, structures4 } = await dist('api/arm-server/structures.js');
const { errata } = await dist('api/arm-server/errata.js');
const { placesOf, sizeOf } = await dist('api/layout/measure.js');

/**
 * @type {{
 *   file: string,
 *   title: string,
 *   intro: string,
 *   functions: Record<string, ApiFunction>,
 *   callbacks: Record<string, Callback>,
 *   structures: Record<string, Structure>,
 *   tables: Record<string, ConstantTable>,
 *   chapter: string,
 * }[]}
 */
const pages = [
  {
    file: 'armapi4.md',
    title: 'Server API Ver4.x',
    intro:
      'Chapter 3 of the document: `armapi4` of a thread of an application on a server (kits 4.0 to 7.0), 32 or 64 bits, ' +
      'ANSI or Unicode. Its registry functions are those of section 4.1.4.',
    functions: functions4,
    callbacks: callbacks4,
    structures: structures4,
    tables: tables4,
    chapter: '3',
  },
  {
    file: 'armapi.md',
    title: 'Server API Ver3.0',
    intro:
      'Chapter 4 of the document: `armapi` of a thread of an application of the kit 3.0 on a server, 32 bits. It is made ' +
      'for clusters that are run the Ver3.0 compatible way (section 2.2), and works elsewhere as far as it can.',
    functions: functions3,
    callbacks: callbacks3,
    structures: structures3,
    tables: tables3,
    chapter: '4',
  },
];

/** @param {unknown} text */
const cell = (text) => String(text).replaceAll('|', '\\|');
/** @param {unknown[]} cells */
const row = (...cells) => `| ${cells.map(cell).join(' | ')} |`;
/** @param {string[]} head @param {string[]} rows */
const table = (head, rows) => [row(...head), row(...head.map(() => '---')), ...rows].join('\n');
/** @param {string} name @param {string} result @param {readonly Parameter[]} parameters */
const prototype = (name, result, parameters) =>
  `${result} ${name}(${parameters.map(({ type, name: own }) => `${type} ${own}`).join(', ')});`;

/** @param {[string, ApiFunction]} entry @param {ConstantTable['constants']} constants */
function functionText([name, { section, does, parameters, result, errors }], constants) {
  const directions = parameters.map(({ name: own, direction }) => row(`\`${own}\``, direction));
  return [
    `### ${name}`,
    `Section ${section}. It ${does}.`,
    ['```c', prototype(name, result, parameters), '```'].join('\n'),
    parameters.length === 0 ? '' : table(['parameter', 'direction'], directions),
    table(
      ['error', 'when'],
      errors.map((error) => row(`\`${error}\``, constants[error].meaning)),
    ),
  ];
}

/** @param {[string, Callback]} entry */
function callbackText([name, { section, does, parameters, result, takenBy }]) {
  return [
    `### ${name}`,
    `Section ${section}, for ${takenBy.map((taker) => `\`${taker}\``).join(' and ')}. It ${does}.`,
    ['```c', prototype(name, result, parameters), '```'].join('\n'),
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
function pageOf({ title, intro, functions, callbacks, structures, tables, chapter }) {
  const own = /** @type {import('../src/api/facade/describe.js').Erratum[]} */ (errata).filter(({ section }) =>
    section.split(', ').some((one) => one.startsWith(chapter)),
  );
  /** @type {(32 | 64)[]} */
  const bits = chapter === '4' ? [32] : [32, 64];
  return [
    `# ${title}`,
    '<!-- Written by tools/write-reference.mjs from the tables of src/api; do not change it by hand. -->',
    intro,
    'Every function answers TRUE or FALSE; GetLastError then tells which of its documented errors it was, and `explain()` ' +
      'of the thread why. Origins of values: `documented` (printed in the document), `inferred` (follows from what is ' +
      'printed), `win32`, `chosen` (ours).',
    '## Functions',
    ...Object.entries(functions).flatMap((entry) => functionText(entry, tables.errors.constants)),
    '## Callbacks',
    ...Object.entries(callbacks).flatMap(callbackText),
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
