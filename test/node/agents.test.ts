/** Resource agents: each takes its time and then answers, by the faults that are in force then. */
import { describe, expect, it } from 'vitest';
import type { AgentCall } from '../../src/failover/frames.js';
import { micros, NEVER } from '../../src/model/time.js';
import { Agents } from '../../src/node/realtime/agents.js';
import { define } from '../support/beats.js';

const definition = define({
  servers: 1,
  groups: [
    {
      name: 'G',
      servers: ['S1'],
      resources: [
        { name: 'slow', type: 'script', activate: '5ms', deactivate: '2ms' },
        { name: 'quick', type: 'script', activate: '1ms', deactivate: '1ms' },
      ],
    },
  ],
});
const indexOf = (name: string): number => definition.groups[0].resources.findIndex((one) => one.name === name);
const call = (run: number, name: string, action: AgentCall['action']): AgentCall => ({
  run,
  group: 0,
  resource: indexOf(name),
  action,
});
const at = micros;

describe('agents', () => {
  it('answer when their time has come, the first to end first, and in order where they end together', () => {
    const agents = new Agents(definition, []);
    expect(agents.nextAt).toBe(NEVER);
    agents.start(call(1, 'slow', 'activate'), at(0));
    agents.start(call(2, 'quick', 'activate'), at(4000));
    agents.start(call(3, 'quick', 'activate'), at(1000));
    expect(agents.nextAt).toBe(2000);
    expect(agents.next(at(1999))).toBeUndefined();
    expect(agents.next(at(2000))).toEqual({ run: 3, ok: true });
    expect(agents.next(at(2000))).toBeUndefined();
    expect([agents.next(at(5000)), agents.next(at(5000))]).toEqual([
      { run: 1, ok: true },
      { run: 2, ok: true },
    ]);
    expect(agents.nextAt).toBe(NEVER);
  });

  it('that are cancelled do not answer', () => {
    const agents = new Agents(definition, []);
    agents.start(call(1, 'quick', 'activate'), at(0));
    agents.start(call(2, 'quick', 'deactivate'), at(0));
    agents.cancel(1);
    agents.cancel(9);
    expect(agents.next(at(9000))).toEqual({ run: 2, ok: true });
    expect(agents.next(at(9000))).toBeUndefined();
  });

  it('of a broken resource fail, but let it go', () => {
    const agents = new Agents(definition, [{ resource: 'quick', how: 'fails' }]);
    agents.start(call(1, 'quick', 'activate'), at(0));
    agents.start(call(2, 'quick', 'deactivate'), at(0));
    expect([agents.next(at(9000)), agents.next(at(9000))]).toEqual([
      { run: 1, ok: false },
      { run: 2, ok: true },
    ]);
  });

  it('of a resource that breaks or is repaired while they work answer as it is at the end', () => {
    const agents = new Agents(definition, []);
    agents.start(call(1, 'quick', 'activate'), at(0));
    agents.setFaults([{ resource: 'quick', how: 'fails' }]);
    expect(agents.next(at(9000))).toEqual({ run: 1, ok: false });
    agents.start(call(2, 'quick', 'activate'), at(0));
    agents.setFaults([]);
    expect(agents.next(at(9000))).toEqual({ run: 2, ok: true });
  });

  it('of a resource that hangs never answer; it can be let go', () => {
    const agents = new Agents(definition, [{ resource: 'slow', how: 'hangs' }]);
    agents.start(call(1, 'slow', 'activate'), at(0));
    expect(agents.nextAt).toBe(NEVER);
    agents.start(call(2, 'slow', 'deactivate'), at(0));
    agents.start(call(3, 'quick', 'activate'), at(0));
    expect([agents.next(at(9000)), agents.next(at(9000))]).toEqual([
      { run: 3, ok: true },
      { run: 2, ok: true },
    ]);
  });
});
