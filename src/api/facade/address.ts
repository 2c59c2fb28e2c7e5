/** IPv4 addresses as Win32 has them in a DWORD: in network byte order. */

/** The first of the four numbers comes first in memory, which is the lowest byte here. 0 where there is no address. */
export function networkOrder(quad = '0.0.0.0'): number {
  const [a, b, c, d] = quad.split('.').map(Number);
  return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
}
