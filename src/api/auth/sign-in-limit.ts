/** How often somebody may try to get in (A3): per address and per account, over all API processes. */
import type { Context } from 'hono';
import type { Database } from '../../db/database.ts';
import { takeRate } from '../../db/rates.ts';
import { rateLimited } from '../api-error.ts';

/** Guests prove nothing that could be guessed: their limit only keeps rows from being made without end. */
const GUESTS_PER_LOGIN = 10;

export interface SignInLimit {
  /** @throws ApiError rate_limited */
  login(c: Context, email: string): Promise<void>;
  register(c: Context): Promise<void>;
  guest(c: Context): Promise<void>;
}

export function createSignInLimit(db: Database, perMinute: number): SignInLimit {
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

/** The address that the connection came from. What a header says of it is anybody's claim. */
function addressOf(c: Context): string {
  const env = c.env as { incoming?: { socket?: { remoteAddress?: string } } } | undefined;
  return env?.incoming?.socket?.remoteAddress ?? 'unknown';
}
