/** How long heartbeats may lie unread. */
import { describe, expect, it } from 'vitest';
import { defineCluster } from '../../src/model/define.js';
import { mayLieUs } from '../../src/node/realtime/listening.js';

function lies(interval: string, timeout: string, partition?: 'majority'): number {
  const heartbeat = { interval, timeout };
  const defined = defineCluster({ name: 'LIES', servers: ['A', 'B', 'C'], groups: [], heartbeat, partition });
  if (!defined.ok) throw new Error(JSON.stringify(defined.error));
  return mayLieUs(defined.value);
}

describe('a waking may leave heartbeats unread', () => {
  it('while the next one is within 8 milliseconds of the last reading', () => {
    expect(lies('2ms', '1s')).toBe(6000);
    expect(lies('1ms', '200ms')).toBe(7000);
  });

  it('and within a sixteenth of the timeout', () => {
    expect(lies('2ms', '80ms')).toBe(3000);
    expect(lies('1ms', '8ms')).toBe(-500);
  });

  it('never with intervals that are as long as that', () => {
    expect(lies('10ms', '1s')).toBeLessThan(0);
  });

  it('never under a partition policy: what is acknowledged keeps others alive', () => {
    expect(lies('1ms', '1s', 'majority')).toBeLessThan(0);
  });
});
