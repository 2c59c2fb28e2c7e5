/** docs/clusapi.md tells of every method what the code does. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { clusapiMethods } from '../../../src/api/clusapi/idl/methods.js';
import { scene } from '../../support/clusapi-scene.js';

const page = readFileSync(new URL('../../../docs/clusapi.md', import.meta.url), 'utf8');

describe('docs/clusapi.md', () => {
  it('has every method, with its number, its versions, and whether it is done', async () => {
    const { api, cluster } = await scene(undefined, false);
    const done = new Set(api.implemented);
    const rows = [...page.matchAll(/^\| (\d+) +\| (Api\w+) +\| (2, 3|3) +\| (yes|no) +\| (.*?) *\|$/gm)];
    expect(rows.map(([, number, name, versions, is]) => [number, name, versions, is])).toEqual(
      Object.entries(clusapiMethods).map(([name, { opnum, since }]) => [
        String(opnum),
        name,
        since === 2 ? '2, 3' : '3',
        done.has(name) ? 'yes' : 'no',
      ]),
    );
    // What is not done has a reason.
    expect(rows.filter(([, , , , is, why]) => is === 'no' && why === '')).toEqual([]);
    api.close();
    await cluster.close();
  });
});
