/**
 * IPv4 addresses of one cluster and of what is around it: their form, that no two things have the same, and which one a
 * machine gets that was given none.
 */
import { shown, type Checker, type Path } from './check.js';

/** The addresses that are spoken for. */
export class Addresses {
  private readonly owners = new Map<string, string>();

  constructor(private readonly check: Checker) {}

  /** Notes that something else has this address: something outside the cluster, unless its owner is named. */
  reserve(address: string, owner = 'another machine'): void {
    this.owners.set(address, owner);
  }

  /** Reads an address and notes its owner (e.g. `server ServerA`). Undefined after a mistake. */
  claim(value: unknown, where: Path, owner: string): string | undefined {
    if (!isAddress(value)) {
      const code = typeof value === 'string' ? 'BAD_ADDRESS' : 'WRONG_TYPE';
      const fix = 'Write four numbers from 0 to 255 without leading zeros, e.g. "10.0.0.1".';
      return this.check.report(code, where, `The address of ${owner} cannot be ${shown(value)}.`, fix);
    }
    const first = this.owners.get(value);
    if (first !== undefined) {
      const what = `${value} is already the address of ${first}.`;
      return this.check.report('DUPLICATE_ADDRESS', where, what, 'Give each its own address.');
    }
    this.owners.set(value, owner);
    return value;
  }

  /**
   * Fills in what was left out: server i gets 10.0.0.(i+1). Where that is taken, it gets the next address that is
   * neither taken nor the default of another server, so that no server's address depends on another's collision.
   */
  fill(given: readonly (string | undefined)[]): string[] {
    const reserved = new Set<string>();
    given.forEach((address, i) => {
      if (address === undefined) reserved.add(nthAddress(i + 1));
    });
    return given.map((address, i) => {
      if (address !== undefined) return address;
      let n = i + 1;
      if (this.owners.has(nthAddress(n))) {
        while (this.owners.has(nthAddress(n)) || reserved.has(nthAddress(n))) n++;
      }
      const free = nthAddress(n);
      reserved.add(free);
      return free;
    });
  }
}

/** The n-th address from 10.0.0.1 on, passing over those that end in 0 or 255. */
function nthAddress(n: number): string {
  const block = Math.floor((n - 1) / 254);
  return `10.${Math.floor(block / 256)}.${block % 256}.${((n - 1) % 254) + 1}`;
}

/** The first address from 10.0.NET.1 on that nobody has; it is taken from then on. */
export function freeAddress(net: number, taken: Set<string>): string {
  for (let n = 0; ; n++) {
    const ip = `10.0.${(net + Math.floor(n / 254)) % 256}.${(n % 254) + 1}`;
    if (taken.has(ip)) continue;
    taken.add(ip);
    return ip;
  }
}

/** True for a dotted quad that one machine can have: neither 0.0.0.0 ("none") nor 255.255.255.255 ("all"). */
export function isAddress(value: unknown): value is string {
  if (typeof value !== 'string' || value === '0.0.0.0' || value === '255.255.255.255') return false;
  return (
    /^(?:(?:0|[1-9]\d{0,2})\.){3}(?:0|[1-9]\d{0,2})$/.test(value) && value.split('.').every((n) => Number(n) < 256)
  );
}
