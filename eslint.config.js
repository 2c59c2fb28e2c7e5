/**
 * The rules of the house. Two of them carry the emulator's promise that a run can be repeated byte for byte: the
 * pure rooms know no clock, no chance, no I/O, no locale and no waiting, and outside them only the files of
 * `realClock` read a clock or draw at random. test/house/guards.test.ts feeds each forbidden thing to this file.
 */
import { builtinModules } from 'node:module';
import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { pureRooms, pureRoomsWithPackages, realClock } from './tools/rooms.mjs';

/** @param {string[]} names */
const filesOf = (names) => names.map((room) => `src/${room}/**/*.ts`);

// ---------------------------------------------------------------- what would make a run unrepeatable

const clock = 'Time comes in as Micros; only the realtime backend and the command line read a real clock.';
const chance = 'Chance comes from the seeded draws of src/model.';
const pure = 'A pure room decides from its inputs alone: no clock, chance, I/O, timer or waiting.';

const unrepeatableGlobals = [
  { name: 'Date', message: clock },
  { name: 'performance', message: clock },
];

const impureGlobals = [
  ...['process', 'global', 'globalThis', 'require', 'console', 'fetch', 'WebSocket', 'navigator', 'Promise'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate'],
  ...['queueMicrotask', 'crypto', 'Crypto', 'Intl', 'WeakRef', 'FinalizationRegistry', 'eval'],
].map((name) => ({ name, message: pure }));

const unrepeatableProperties = [
  { object: 'Math', property: 'random', message: chance },
  { object: 'process', property: 'hrtime', message: clock },
  { object: 'process', property: 'uptime', message: clock },
  ...['randomBytes', 'randomInt', 'randomUUID', 'randomFill', 'randomFillSync', 'getRandomValues', 'webcrypto'].map(
    (property) => ({ object: 'crypto', property, message: chance }),
  ),
];

const unrepeatableImports = [
  { name: 'node:perf_hooks', message: clock },
  { name: 'perf_hooks', message: clock },
  ...['node:crypto', 'crypto'].map((name) => ({
    name,
    importNames: ['randomBytes', 'randomInt', 'randomUUID', 'randomFill', 'randomFillSync', 'webcrypto'],
    message: chance,
  })),
];

const approximate =
  'acos|acosh|asin|asinh|atan|atan2|atanh|cbrt|cos|cosh|exp|expm1|hypot|log|log10|log1p|log2|pow|sin|sinh|tan|tanh';

const everywhereInSrc = [
  {
    selector: 'ForInStatement',
    message: 'for..in walks inherited keys in an order of its own: use Object.keys, or a Map.',
  },
  {
    selector: ':not(MemberExpression) > Identifier[name="Math"], MemberExpression[object.name="Math"][computed=true]',
    message: 'Name the function of Math that is meant, as Math.floor: Math.random must not hide.',
  },
  {
    selector: 'Identifier[name=/^(toLocale.*|localeCompare)$/], Literal[value=/^(toLocale.*|localeCompare)$/]',
    message: "What depends on a machine's locale differs between machines: compare with < and >.",
  },
];

const onlyInPureRooms = [
  { selector: ':function[async=true], AwaitExpression, ForOfStatement[await=true]', message: pure },
  { selector: 'ImportExpression, MetaProperty[meta.name="import"]', message: pure },
  {
    selector: `MemberExpression[object.name="Math"][property.name=/^(${approximate})$/]`,
    message: 'Its last bits are left to each JavaScript engine: work with integers, or a table.',
  },
];

/** @param {readonly string[]} names */
const importsOf = (names) => ({ regex: `^(node:.*|(${names.join('|')})(/.*)?)$`, message: pure });

// ---------------------------------------------------------------- the configuration

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', 'out/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' } },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  { languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } } },
  {
    files: ['**/*.ts'],
    rules: {
      eqeqeq: 'error',
      // Finding control characters in what users write is our business.
      'no-control-regex': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
      ],
      '@typescript-eslint/require-array-sort-compare': ['error', { ignoreStringArrays: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // `array[i]` has its element's type here (no noUncheckedIndexedAccess), so a look past the end seems needless.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // `return this.report(...)` notes a mistake and answers undefined in one line.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // Spreading a text into its code points is meant.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      '@typescript-eslint/no-dynamic-delete': 'off',
      // One interface, an inline and a threaded implementation: the inline one has nothing to wait for.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      'max-lines-per-function': ['error', { max: 80, skipBlankLines: true, skipComments: true }],
      complexity: ['error', { max: 16, variant: 'modified' }],
      'max-depth': ['error', 4],
      'max-params': ['error', 6],
      'no-restricted-syntax': ['error', ...everywhereInSrc],
      'no-restricted-globals': ['error', { globals: unrepeatableGlobals, checkGlobalObject: true }],
      'no-restricted-properties': ['error', ...unrepeatableProperties],
      'no-restricted-imports': ['error', { paths: unrepeatableImports }],
      'no-console': 'error',
    },
  },
  {
    files: filesOf([...pureRooms, ...pureRoomsWithPackages]),
    rules: {
      '@typescript-eslint/require-array-sort-compare': ['error', { ignoreStringArrays: false }],
      'no-restricted-syntax': ['error', ...everywhereInSrc, ...onlyInPureRooms],
      'no-restricted-globals': ['error', ...unrepeatableGlobals, ...impureGlobals],
      'no-restricted-imports': ['error', { patterns: [importsOf(builtinModules)] }],
    },
  },
  {
    files: filesOf(pureRooms),
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ regex: '^[^.]', message: pure }] }],
    },
  },
  {
    files: realClock,
    rules: {
      'no-restricted-globals': 'off',
      'no-restricted-properties': 'off',
      'no-restricted-imports': 'off',
    },
  },
  { files: ['src/cli/**'], rules: { 'no-console': 'off' } },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts', 'examples/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
  },
);
