/** Who may come in, from where, and what each person may have. */
import { z } from 'zod';
import type { Quotas } from '../db/quotas.ts';
import type { AllowHost } from '../network/address-guard.ts';
import { isLoopback } from '../network/loopback.ts';
import type { Admission } from '../protocol/auth.ts';
import type { modelVariables } from './model.ts';
import { count, hosts, onOff, port, word } from './values.ts';

export const peopleVariables = {
  PORT: port.default(3000),
  HOST: word.default('127.0.0.1'),
  ALLOWED_HOSTS: hosts.optional(),
  TRUST_PROXY: count(0, 10).default(0),
  MODEL_ALLOWED_HOSTS: hosts.default(() => () => false),
  WEBHOOK_ALLOWED_HOSTS: hosts.default(() => () => false),
  MCP_ALLOWED_HOSTS: hosts.default(() => () => false),
  REGISTRATION: z
    .enum(['open', 'invitation', 'closed'], 'must be open, invitation or closed')
    .default('open'),
  GUESTS: onOff.default('on'),
  GUEST_MODELS: onOff.default('off'),
  GUEST_RETENTION_DAYS: count(0, 36_500).default(30),
  RATE_MESSAGES_PER_MINUTE: count(1, 1_000_000).default(60),
  RATE_LOGINS_PER_MINUTE: count(1, 1_000_000).default(10),
  RATE_KEY_REQUESTS_PER_MINUTE: count(1, 1_000_000).default(600),
  QUOTA_WORKS: count(1, 1_000_000).default(100_000),
  QUOTA_GUEST_WORKS: count(1, 1_000_000).default(500),
  QUOTA_TURNS_AT_ONCE: count(1, 1_000_000).default(250),
  QUOTA_GUEST_TURNS_AT_ONCE: count(1, 1_000_000).default(10),
  QUOTA_TOKENS_PER_DAY: count(1, 1_000_000_000_000).optional(),
  QUOTA_GUEST_TOKENS_PER_DAY: count(1, 1_000_000_000_000).optional(),
  QUOTA_SCHEDULES: count(0, 1_000).default(20),
  QUOTA_GUEST_SCHEDULES: count(0, 1_000).optional(),
  QUOTA_DISK_GIB: count(1, 1_000_000).default(100),
  QUOTA_GUEST_DISK_GIB: count(1, 1_000_000).default(4),
  QUOTA_SOCKETS: count(1, 1_000_000).default(40),
  QUOTA_NETWORK_SOCKETS: count(1, 1_000_000).default(200),
};

type Variables = z.infer<z.ZodObject<typeof peopleVariables>> &
  Pick<z.infer<z.ZodObject<typeof modelVariables>>, 'OPENAI_BASE_URL'>;

/** Some hundred turns with code a day. */
const TOKENS_PER_DAY = 20_000_000;
/** Some turns with code a day: to see what it does. */
const GUEST_TOKENS_PER_DAY = 1_000_000;

export interface PeopleSettings {
  readonly port: number;
  readonly host: string;
  /** Whether a request's Host is a name of this server's (SR-L3); undefined: any may be. */
  readonly isOwnHost: AllowHost | undefined;
  /** Reverse proxies before the api, whose word about a client's address counts. */
  readonly trustedProxies: number;
  /** Hosts that people's own models may be on although they are not public (A6). */
  readonly allowModelHost: AllowHost;
  /** Hosts that their webhooks may be on although they are not public, or speak no TLS. */
  readonly allowWebhookHost: AllowHost;
  /** The same of the servers whose tools they connect. */
  readonly allowToolServerHost: AllowHost;
  /** Who may come in, and what a guest may. */
  readonly admission: Readonly<Admission>;
  /** How long what a guest had is kept once nobody can be that guest any more; 0: for ever. */
  readonly guestRetentionDays: number;
  readonly rateMessagesPerMinute: number;
  readonly rateLoginsPerMinute: number;
  /** Requests with one key for programs, and sockets that it opens. */
  readonly rateKeyRequestsPerMinute: number;
  /** What each person may have. */
  readonly quotas: Readonly<Quotas>;
  /** How many sockets and event streams may be open at a time, at each api. */
  readonly openStreams: Readonly<{ perPerson: number; perNetwork: number }>;
}

export function readPeople(v: Variables): PeopleSettings {
  return {
    port: v.PORT,
    host: v.HOST,
    isOwnHost: ownHostsOf(v),
    trustedProxies: v.TRUST_PROXY,
    allowModelHost: orOwn(v, v.MODEL_ALLOWED_HOSTS),
    allowWebhookHost: orOwn(v, v.WEBHOOK_ALLOWED_HOSTS),
    allowToolServerHost: orOwn(v, v.MCP_ALLOWED_HOSTS),
    admission: Object.freeze({
      registration: v.REGISTRATION,
      guests: v.GUESTS === 'on',
      guestModels: v.GUEST_MODELS === 'on',
    }),
    guestRetentionDays: v.GUEST_RETENTION_DAYS,
    rateMessagesPerMinute: v.RATE_MESSAGES_PER_MINUTE,
    rateLoginsPerMinute: v.RATE_LOGINS_PER_MINUTE,
    rateKeyRequestsPerMinute: v.RATE_KEY_REQUESTS_PER_MINUTE,
    quotas: quotasOf(v),
    openStreams: Object.freeze({ perPerson: v.QUOTA_SOCKETS, perNetwork: v.QUOTA_NETWORK_SOCKETS }),
  };
}

/**
 * A guest has never more than somebody with an account, and no schedules where strangers reach the server: those cost while
 * nobody is there. Tokens of a model that is on this machine, as the demo model,
 * are nobody's money: without a word of the operator's they are bounded only where the model is elsewhere.
 */
function quotasOf(v: Variables): Quotas {
  const paid = v.OPENAI_BASE_URL !== undefined && !isLoopback(new URL(v.OPENAI_BASE_URL).hostname);
  const account = {
    works: v.QUOTA_WORKS,
    turnsAtOnce: v.QUOTA_TURNS_AT_ONCE,
    tokensPerDay: v.QUOTA_TOKENS_PER_DAY ?? (paid ? TOKENS_PER_DAY : undefined),
    schedules: v.QUOTA_SCHEDULES,
    diskBytes: v.QUOTA_DISK_GIB * 1024 ** 3,
  };
  const guest = {
    works: Math.min(v.QUOTA_GUEST_WORKS, account.works),
    turnsAtOnce: Math.min(v.QUOTA_GUEST_TURNS_AT_ONCE, account.turnsAtOnce),
    tokensPerDay: least(
      v.QUOTA_GUEST_TOKENS_PER_DAY ?? (paid ? GUEST_TOKENS_PER_DAY : undefined),
      account.tokensPerDay,
    ),
    schedules: Math.min(
      v.QUOTA_GUEST_SCHEDULES ?? (isPersonal(v) ? account.schedules : 0),
      account.schedules,
    ),
    diskBytes: Math.min(v.QUOTA_GUEST_DISK_GIB * 1024 ** 3, account.diskBytes),
  };
  return Object.freeze({ account: Object.freeze(account), guest: Object.freeze(guest) });
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}

/** What the operator allows, and this machine where it is the person's own. */
function orOwn(v: Variables, allowed: AllowHost): AllowHost {
  return isPersonal(v) ? (host, port) => isLoopback(host) || allowed(host, port) : allowed;
}

/**
 * Whether only people at this machine reach the server, so that what is on it is theirs to name (V7). Where guests may
 * name models too, or a proxy stands before, those could be anybody.
 */
function isPersonal(v: Variables): boolean {
  return isLoopback(v.HOST) && v.TRUST_PROXY === 0 && v.GUEST_MODELS === 'off';
}

/**
 * By which names requests may come. Where only this machine reaches the port, a browser on it does so for any page whose
 * name is pointed here. A proxy passes on whatever name it serves, and an open port has names that nobody told us.
 */
function ownHostsOf(v: Variables): AllowHost | undefined {
  const { ALLOWED_HOSTS: allowed } = v;
  if (allowed === undefined && !(isLoopback(v.HOST) && v.TRUST_PROXY === 0)) return undefined;
  return (host, port) => isLoopback(host) || (allowed?.(host, port) ?? false);
}
