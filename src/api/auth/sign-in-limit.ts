/** How often somebody may try to get in (A3): per network and per account, over all API processes. */
import type { Context } from 'hono';
import type { Database } from '../../db/database.ts';
import { takeRate } from '../../db/rates.ts';
import { rateLimited } from '../api-error.ts';
import { clientNetwork } from './client-network.ts';

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
  const networkOf = (c: Context) => clientNetwork(c, trustedProxies);
  async function take(key: string, limit: number): Promise<void> {
    const wait = await takeRate(db, key, limit);
    if (wait > 0) throw rateLimited(wait, 'attempts');
  }
  return {
    async login(c, email) {
      await take(`login:address:${networkOf(c)}`, perMinute);
      await take(`login:account:${email}`, perMinute);
    },
    register: (c) => take(`register:address:${networkOf(c)}`, perMinute),
    guest: (c) => take(`guest:address:${networkOf(c)}`, perMinute * GUESTS_PER_LOGIN),
  };
}
