/**
 * When a server that hears nothing from its quorum must take itself for lost: a timeout after the last of its heartbeats
 * that the quorum has acknowledged; under `ping` after the last that everybody has; never where no policy asks for it.
 */
import { describe, expect, it } from 'vitest';
import type { Core } from '../../../src/failover/core.js';
import { fenceTime, leaseEnd, witnessGrace } from '../../../src/failover/view/lease.js';
import type { ClusterInput } from '../../../src/model/definition.js';
import { NEVER } from '../../../src/model/time.js';
import { define } from '../../support/beats.js';

const SECOND = 1_000_000;

/** Server 0 of three, at 100 s; its peers have acknowledged it at the given seconds. */
function server(
  partition: ClusterInput['partition'],
  acknowledged: number[],
  members = 0b111,
  unsettled: number[] = [],
): Core {
  const fence = partition === 'none' ? {} : { fence: '2s' };
  const heartbeat = { interval: '3s', timeout: '10s' };
  const definition = define({ servers: 3, heartbeat, partition, ...fence });
  const lease = Float64Array.from(acknowledged.map((seconds) => seconds * SECOND));
  return {
    definition,
    me: 0,
    now: 100 * SECOND,
    detector: { lease },
    replica: { state: { members, unsettled } },
  } as unknown as Core;
}

describe('the lease', () => {
  it.each([
    ['majority', [0, 95, 20], 0b111, 105],
    ['majority', [0, 20, 95], 0b111, 105],
    ['majority', [0, 30, 20], 0b111, 40],
    ['majority', [0, 20, 20], 0b001, 110],
    ['majority', [0, 20, 20], 0b011, 110],
  ] as const)('of %s, acknowledged at %j s, members %i, ends at %i s', (policy, acknowledged, members, end) => {
    expect(leaseEnd(server(policy, [...acknowledged], members))).toBe(end * SECOND);
  });

  it('of majority needs a quorum of the earlier view as well, as long as not all have installed the present one', () => {
    expect(leaseEnd(server('majority', [0, 95, 20], 0b011, [0b111]))).toBe(105 * SECOND);
    expect(leaseEnd(server('majority', [0, 95, 20], 0b001, [0b101]))).toBe(110 * SECOND);
    expect(leaseEnd(server('majority', [0, 20, 95], 0b001, [0b110]))).toBe(30 * SECOND);
  });

  it('under ping ends a timeout after the last word of the member that has been quiet longest', () => {
    expect(leaseEnd(server({ ping: 'W' }, [0, 95, 20]))).toBe(30 * SECOND);
    expect(leaseEnd(server({ ping: 'W' }, [0, 95, 20], 0b011))).toBe(105 * SECOND);
    expect(leaseEnd(server({ ping: 'W' }, [0, 0, 0], 0b001))).toBe(NEVER);
  });

  it('never ends without a policy', () => {
    expect(leaseEnd(server('none', [0, 20, 20]))).toBe(NEVER);
  });

  it('has no grace but where a witness may still have to be asked, and the fence is never shorter than that', () => {
    expect(witnessGrace(server('majority', [0, 0, 0]))).toBe(0);
    expect(fenceTime(server('majority', [0, 0, 0]).definition)).toBe(2 * SECOND);
    const ping = server({ ping: 'W' }, [0, 0, 0]);
    expect(witnessGrace(ping)).toBeGreaterThan(0);
    expect(fenceTime(ping.definition)).toBeGreaterThan(witnessGrace(ping));
  });
});
