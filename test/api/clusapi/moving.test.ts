/**
 * Moving a group, as section 4.2 of the protocol tells it: a client that needs a group on a certain node opens the group,
 * asks where it is, opens the node, moves, and asks every five seconds until the group is no longer Pending.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scene, WAYS, type Caller, type Scene } from '../../support/clusapi-scene.js';

const ONLINE = 0;
const FAILED = 2;
const PENDING = 4;
const ERROR_IO_PENDING = 997;

let it_: Scene;

beforeEach(async () => {
  it_ = await scene();
});

afterEach(async () => {
  expect(it_.failed).toEqual([]);
  it_.api.close();
  await it_.cluster.close();
});

/** Asks, then every five seconds of the cluster's time until the group is at rest; what was answered each time. */
async function polled(call: Caller, hGroup: unknown): Promise<[state: unknown, node: unknown][]> {
  const answers: [unknown, unknown][] = [];
  for (;;) {
    const { State = 0, NodeName, returns = 0 } = await call('GetGroupState', { hGroup });
    expect(returns).toBe(0);
    answers.push([State, NodeName]);
    if (State !== PENDING) return answers;
    await it_.cluster.advance('5s');
  }
}

describe.each(WAYS)('a client, %s', (_, way) => {
  let call: Caller;
  let hGroup: unknown;
  let hNode: unknown;

  beforeEach(async () => {
    call = await way(it_);
    hGroup = (await call('OpenGroup', { lpszGroupName: 'Application' }))['returns'];
    expect(await call('GetGroupState', { hGroup })).toMatchObject({ NodeName: 'NodeA' });
    hNode = (await call('OpenNode', { lpszNodeName: 'NodeB' }))['returns'];
  });

  it('moves a group, and finds it online on the other node', async () => {
    expect(await call('MoveGroupToNode', { hGroup, hNode })).toMatchObject({ returns: ERROR_IO_PENDING });
    // Out in 1 + 2 seconds, in again in 4 + 2.
    expect(await polled(call, hGroup)).toEqual([
      [PENDING, 'NodeA'],
      [PENDING, 'NodeA'],
      [ONLINE, 'NodeB'],
    ]);
    expect((await call('MoveGroupToNode', { hGroup, hNode }))['returns'] ?? 0).toBe(0);
  });

  it('finds it failed where a resource does not come online, and recovered in the end', async () => {
    await it_.cluster.act({ type: 'failResource', resource: 'app', on: 'NodeB' });
    expect(await call('MoveGroupToNode', { hGroup, hNode })).toMatchObject({ returns: ERROR_IO_PENDING });
    const answers = await polled(call, hGroup);
    expect(answers.at(-1)).toEqual([FAILED, 'NodeA']);
    await it_.cluster.until('quiet');
    expect(await polled(call, hGroup)).toEqual([[ONLINE, 'NodeA']]);
  });

  it('finds it failed for good where no node can have it', async () => {
    await it_.cluster.act({ type: 'failResource', resource: 'app' });
    await it_.cluster.until('quiet');
    const { State, returns = 0 } = await call('GetGroupState', { hGroup });
    expect([State, returns]).toEqual([FAILED, 0]);
    await it_.cluster.act({ type: 'repairResource', resource: 'app' });
    expect(await call('OnlineGroup', { hGroup })).toMatchObject({ returns: ERROR_IO_PENDING });
    expect((await polled(call, hGroup)).at(-1)).toEqual([ONLINE, 'NodeA']);
  });

  it('is told what stands in the way', async () => {
    await it_.cluster.crash('NodeB');
    await it_.cluster.until('quiet');
    expect(await call('MoveGroupToNode', { hGroup, hNode })).toMatchObject({ returns: 5005 });
    const { returns: hThird } = await call('OpenNode', { lpszNodeName: 'NodeC' });
    await call('PauseNode', { hNode: hThird });
    expect(await call('MoveGroupToNode', { hGroup, hNode: hThird })).toMatchObject({ returns: 70 });
    await call('ResumeNode', { hNode: hThird });
    expect(await call('MoveGroupToNode', { hGroup, hNode: hThird })).toMatchObject({ returns: ERROR_IO_PENDING });
    expect(await call('MoveGroup', { hGroup })).toMatchObject({ returns: 5023 });
    expect((await polled(call, hGroup)).at(-1)).toEqual([ONLINE, 'NodeC']);
  });

  it('moves it without naming a node: to the most preferred other one', async () => {
    expect(await call('MoveGroup', { hGroup })).toMatchObject({ returns: ERROR_IO_PENDING });
    expect((await polled(call, hGroup)).at(-1)).toEqual([ONLINE, 'NodeB']);
    expect(await call('MoveGroup', { hGroup })).toMatchObject({ returns: ERROR_IO_PENDING });
    expect((await polled(call, hGroup)).at(-1)).toEqual([ONLINE, 'NodeA']);
  });

  it('follows a failover that nobody asked for', async () => {
    await it_.cluster.crash('NodeA');
    await it_.cluster.advance('33s');
    expect((await polled(call, hGroup)).at(-1)).toEqual([ONLINE, 'NodeB']);
  });
});
