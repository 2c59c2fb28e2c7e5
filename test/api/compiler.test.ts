/** A C compiler agrees with every size and offset that the codec works with, and a C program reads what it wrote. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { clientStructures, vbStructures } from '../../src/api/arm-client/structures.js';
import { structures3, structures4 } from '../../src/api/arm-server/structures.js';
import { encode } from '../../src/api/layout/codec.js';
import type { Struct, Target } from '../../src/api/layout/types.js';
import { targets } from './arbitrary.js';
import {
  assertions,
  build,
  compilerOf,
  complaintsOf,
  declarations,
  groupReader,
  header,
  READER_BASE,
  type Compiler,
} from './c-source.js';
import { kitchenSink } from './kitchen-sink.js';

const layoutsOf = (structures: Record<string, { layout: Struct }>) =>
  Object.values(structures).map(({ layout }) => layout);

const apis: [string, Struct[], number][] = [
  ['Ver4.x', layoutsOf(structures4), 14],
  ['Ver3.0', layoutsOf(structures3), 9],
  ['client API for C', layoutsOf(clientStructures), 2],
  ['client API for Visual Basic', layoutsOf(vbStructures), 1],
  ['one of everything', [kitchenSink], 1],
];

const compilers = { 32: compilerOf(32), 64: compilerOf(64) };

/** The compiler, or the test is skipped and says why. */
function compilerFor({ bits }: Target, context: TestContext): Compiler {
  const compiler = compilers[bits];
  return compiler ?? skip(context, `no C compiler here (gcc, cc, clang) makes programs of ${bits} bits`);
}

function skip(context: TestContext, reason: string): never {
  console.warn(`skipped: ${context.task.name}: ${reason}`);
  return context.skip(reason);
}

describe.each(apis)('%s', (_, layouts, count) => {
  it.for(targets)('has the sizes and offsets of a C compiler: $bits bits, $charset', (target, context) => {
    const compiler = compilerFor(target, context);
    expect(layouts.length).toBe(count);
    const checks = layouts.flatMap((layout) => assertions(layout, target));
    const source = [header(target), declarations(layouts), ...checks].join('\n');
    expect(complaintsOf(compiler, source)).toBeUndefined();
  });
});

it.for(targets)('a wrong offset is noticed: $bits bits, $charset', (target, context) => {
  const compiler = compilerFor(target, context);
  const { layout } = structures4.ARM_GROUP_INFO;
  const source = [header(target), declarations([layout]), ...assertions(layout, target)].join('\n');
  const wrong = source.replace(/(offsetof\(ARM_GROUP_INFO, ServerList\) == )\d+/, '$12');
  expect(wrong).not.toBe(source);
  expect(complaintsOf(compiler, wrong)).toContain('offsetof(ARM_GROUP_INFO.ServerList)');
});

it.for(targets)('a C program walks the lists of ARM_GROUP_INFO: $bits bits, $charset', (target, context) => {
  const compiler = compilerFor(target, context);
  const { layout } = structures4.ARM_GROUP_INFO;
  const ServerList = ['SV3', 'SV1', 'SV2'];
  const RegistryList = ['HKEY_LOCAL_MACHINE\\SOFTWARE\\表計算ｿﾌﾄ', ''];
  const bytes = encode(
    layout,
    { nServer: ServerList.length, ServerList, nRegistry: RegistryList.length, RegistryList },
    { ...target, base: READER_BASE, tooLong: 'too long' },
  );
  if (!bytes.ok) throw new Error(bytes.error);
  const statusOf = (lists: Record<string, string[]>): number | null => {
    const directory = mkdtempSync(join(tmpdir(), 'armada-c-'));
    try {
      const program = join(directory, 'reader');
      const complaint = build(compiler, target.bits, groupReader(target, layout, bytes.value, lists), program);
      if (complaint !== undefined) skip(context, `the compiler makes no program of ${target.bits} bits: ${complaint}`);
      const { status, error } = spawnSync(program);
      if (error !== undefined) skip(context, `programs of ${target.bits} bits do not run here: ${error.message}`);
      return status;
    } finally {
      rmSync(directory, { recursive: true });
    }
  };
  expect(statusOf({ ServerList, RegistryList })).toBe(0);
  // And it would notice: the third check is that of the second server.
  expect(statusOf({ ServerList: ['SV3', 'SV2', 'SV1'], RegistryList })).toBe(3);
});
