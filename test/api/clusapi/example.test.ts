/** The example of the guide: a group that is moved twice, and comes back from where it cannot be. */
import { expect, it } from 'vitest';
import { main } from '../../../examples/move-group.mjs';

it('examples/move-group.mjs', async () => {
  const said: string[] = [];
  expect(await main((text: string) => said.push(text))).toEqual({ state: 'Online', owner: 'NodeA' });
  const pending = (node: string): string[] => new Array<string>(3).fill(`Application is Pending on ${node}`);
  expect(said).toEqual([
    'Application is Online on NodeA',
    'ApiMoveGroupToNode answers 0x000003e5',
    ...pending('NodeA'),
    'Application is Online on NodeB',
    'Application is Online on NodeB',
    'ApiMoveGroupToNode answers 0x000003e5',
    ...pending('NodeB'),
    'Application is Failed on NodeB',
    'the cluster has brought it back:',
    'Application is Online on NodeA',
  ]);
});
