/** The arrows between the rooms of src/ (tools/rooms.mjs), and what src/ may lean on at all. */
import { pureRooms, pureRoomsWithPackages, rooms } from './tools/rooms.mjs';

/** @param {string[]} names */
const any = (names) => `(${names.join('|')})`;
/** @type {import('dependency-cruiser').DependencyType[]} */
const packages = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-bundled', 'npm-no-pkg', 'npm-unknown'];

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
const arrows = Object.entries(rooms).map(([room, others]) => ({
  name: `arrows-${room}`,
  comment: `src/${room} imports ${others.length === 0 ? 'no other room' : `only ${others.join(', ')}`}.`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^src/[^/]+/', pathNot: `^src/${any([room, ...others])}/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...arrows,
    {
      name: 'arrows-index',
      comment: 'The public exports need no command line.',
      severity: 'error',
      from: { path: '^src/index\\.ts$' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'index-is-the-door',
      comment: 'src/index.ts is for users; inside the house a module is imported from where it is.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { path: '^src/index\\.ts$' },
    },
    {
      name: 'known-rooms',
      comment: 'A new room needs its arrows: tools/rooms.mjs.',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/(${any(Object.keys(rooms))}/|index\\.ts$)` },
      to: {},
    },
    {
      name: 'pure-no-node',
      comment: 'A pure room does no I/O: no module of Node. (The shell of src/client runs it in a thread.)',
      severity: 'error',
      from: { path: `^src/${any([...pureRooms, ...pureRoomsWithPackages])}/`, pathNot: '^src/client/shell[./]' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'pure-no-package',
      comment: 'A pure room uses no package: its behaviour would change with the version.',
      severity: 'error',
      from: { path: `^src/${any(pureRooms)}/`, pathNot: '^src/client/shell[./]' },
      to: { dependencyTypes: packages },
    },
    {
      name: 'no-circles',
      comment: 'Modules that import each other cannot be understood one at a time.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'src-alone',
      comment: 'What is published does not lean on what is not.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench|tools|examples|dist)/' },
    },
    {
      name: 'no-dev-dependency',
      comment: 'A package that src/ imports belongs into dependencies. (Types alone come from @types.)',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: '^node_modules/@types/' },
    },
    {
      name: 'no-unlisted-package',
      comment: 'A package must stand in package.json.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'resolvable',
      comment: 'What is imported must exist.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
