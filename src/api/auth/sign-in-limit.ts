/** How often somebody may try to get in (A3): per address and per account, over all API processes. */
import type { Context } from 'hono';
import type { Database } from '../../db/database.ts';
import { takeRate } from '../../db/rates.ts';
import { rateLimited } from '../api-error.ts';

/** Guests prove nothing that could be guessed: their limit only keeps rows from being made without end. */
const GUESTS_PER_LOGIN = 10;

export interface SignInLimits {
  rateLoginsPerMinute: number;
  /** How many reverse proxies of ours a request comes through. */
  trustedProxies: number;
}

export interface SignInLimit {
  /** @throws ApiError rate_limited */
  login(c: Context, email: string): Promise<void>;
  register(c: Context): Promise<void>;
  guest(c: Context): Promise<void>;
}

export function createSignInLimit(
  db: Database,
  { rateLoginsPerMinute: perMinute, trustedProxies }: SignInLimits,
): SignInLimit {
  const addressOf = (c: Context) => clientAddress(c, trustedProxies);
  async function take(key: string, limit: number): Promise<void> {
    const wait = await takeRate(db, key, limit);
    if (wait > 0) throw rateLimited(wait, 'attempts');
  }
  return {
    async login(c, email) {
      await take(`login:address:${addressOf(c)}`, perMinute);
      await take(`login:account:${email}`, perMinute);
    },
    register: (c) => take(`register:address:${addressOf(c)}`, perMinute),
    guest: (c) => take(`guest:address:${addressOf(c)}`, perMinute * GUESTS_PER_LOGIN),
  };
}

/**
 * The address that the connection came from or, behind reverse proxies, the one that the outermost of those saw:
 * each adds whom it heard to the end of X-Forwarded-For. What stands before that is anybody's claim.
 */
function clientAddress(c: Context, trustedProxies: number): string {
  const env = c.env as { incoming?: { socket?: { remoteAddress?: string } } } | undefined;
  const direct = env?.incoming?.socket?.remoteAddress ?? 'unknown';
  if (trustedProxies === 0) return direct;
  const seen = c.req.header('X-Forwarded-For')?.split(',') ?? [];
  return seen.at(-trustedProxies)?.trim() || direct;
}
