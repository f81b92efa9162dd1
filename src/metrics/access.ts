/** Who may read metrics: this machine, and whoever has METRICS_TOKEN. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isLoopback } from '../network/loopback.ts';

const LOOPBACK = /^(?:::ffff:)?127\.|^::1$/;

/**
 * A request that came by way of a proxy is not this machine's own, wherever the proxy runs; nor is one of a page that
 * points its name here (SR-L3), which a browser on this machine sends.
 */
export function mayReadMetrics(
  headers: IncomingHttpHeaders,
  remoteAddress: string | undefined,
  token: string | undefined,
): boolean {
  if (token !== undefined && sameText(headers.authorization ?? '', `Bearer ${token}`)) return true;
  const forwarded = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].some((name) => headers[name]);
  const name = headers.host === undefined ? 'localhost' : URL.parse(`http://${headers.host}`)?.hostname;
  return !forwarded && LOOPBACK.test(remoteAddress ?? '') && isLoopback(name ?? '');
}

/** Takes the same time wherever the two differ. */
function sameText(one: string, other: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(one), hash(other));
}
