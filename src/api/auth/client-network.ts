/** Where a request comes from, as limits count people who could be anybody. */
import { isIPv6 } from 'node:net';
import type { Context } from 'hono';

/**
 * The address that the connection came from or, behind reverse proxies, the one that the outermost of those saw:
 * each adds whom it heard to the end of X-Forwarded-For. What stands before that is anybody's claim.
 */
export function clientAddress(c: Context, trustedProxies: number): string {
  const env = c.env as { incoming?: { socket?: { remoteAddress?: string } } } | undefined;
  const direct = env?.incoming?.socket?.remoteAddress ?? 'unknown';
  if (trustedProxies === 0) return direct;
  const seen = c.req.header('X-Forwarded-For')?.split(',') ?? [];
  return seen.at(-trustedProxies)?.trim() || direct;
}

/**
 * What limits count as one place: an IPv4 address, or the /64 of an IPv6 one, for that is what one household or one
 * machine is given (RFC 6177): its 2^64 addresses are not as many people.
 */
export function clientNetwork(c: Context, trustedProxies: number): string {
  return networkOf(clientAddress(c, trustedProxies));
}

/** @param address IPv4 or IPv6, an IPv4 in IPv6's form (::ffff:192.0.2.1) included; anything else counts as it is */
export function networkOf(address: string): string {
  const [bare = ''] = address.replace(/^\[|\](:\d+)?$/g, '').split('%');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(bare)) return address.slice(0, 100);
  const [head = '', tail] = bare.split('::');
  const before = head === '' ? [] : head.split(':');
  // What stands behind :: matters only where fewer than four groups stand before it and more than four behind.
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups =
    tail === undefined ? before : [...before, ...zeros(8 - before.length - after.length), ...after];
  const first = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${first.join(':')}::/64`;
}

function zeros(count: number): string[] {
  return Array.from({ length: Math.max(0, count) }, () => '0');
}
