/** How often somebody may try to get in (A3): per network and per account, over all API processes. */
import type { Context } from 'hono';
import type { Database } from '../../db/database.ts';
import { isKnownNetwork } from '../../db/known-networks.ts';
import { takeRate } from '../../db/rates.ts';
import { rateLimited } from '../api-error.ts';
import { clientNetwork } from './client-network.ts';

/** Guests prove nothing that could be guessed: their limit only keeps rows from being made without end. */
const GUESTS_PER_LOGIN = 10;
/** New accounts of one network an hour, in minutes' worth: a class may come at once, a program may not go on. */
const MINUTES_WORTH_AN_HOUR = 6;
/** New accounts of all networks together an hour, in networks' worth. */
const NETWORKS_WORTH_IN_ALL = 20;
/** Guesses at one account from all networks that it is not known to use, in one network's worth. */
const NETWORKS_WORTH_AN_ACCOUNT = 20;
const HOUR_SECONDS = 3_600;

export interface SignInLimits {
  rateLoginsPerMinute: number;
  /** How many reverse proxies of ours a request comes through. */
  trustedProxies: number;
}

export interface SignInLimit {
  /**
   * Counts a try at an account's password. Wrong ones from one network leave other networks their own tries.
   * @throws ApiError rate_limited
   */
  login(c: Context, email: string): Promise<void>;
  register(c: Context): Promise<void>;
  guest(c: Context): Promise<void>;
  /** Counts a step of a sign-in by the operator's provider, which looks after its own passwords. */
  provider(c: Context): Promise<void>;
}

export function createSignInLimit(
  db: Database,
  { rateLoginsPerMinute: perMinute, trustedProxies }: SignInLimits,
): SignInLimit {
  async function take(key: string, limit: number, windowSeconds?: number): Promise<void> {
    const wait = await takeRate(db, key, limit, windowSeconds);
    if (wait > 0) throw rateLimited(wait, 'attempts');
  }

  /** The narrowest first: what one network is refused does not count against all. */
  async function takeNew(c: Context, kind: 'register' | 'guest', minute: number): Promise<void> {
    const network = clientNetwork(c, trustedProxies);
    const hour = minute * MINUTES_WORTH_AN_HOUR;
    await take(`${kind}:address:${network}`, minute);
    await take(`${kind}:hour:${network}`, hour, HOUR_SECONDS);
    await take(`${kind}:hour`, hour * NETWORKS_WORTH_IN_ALL, HOUR_SECONDS);
  }

  return {
    async login(c, email) {
      const network = clientNetwork(c, trustedProxies);
      await take(`login:address:${network}`, perMinute);
      if (await isKnownNetwork(db, email, network)) return;
      await take(`login:account:${email}`, perMinute * NETWORKS_WORTH_AN_ACCOUNT);
    },
    register: (c) => takeNew(c, 'register', perMinute),
    guest: (c) => takeNew(c, 'guest', perMinute * GUESTS_PER_LOGIN),
    provider: (c) =>
      take(`provider:address:${clientNetwork(c, trustedProxies)}`, perMinute * GUESTS_PER_LOGIN),
  };
}
