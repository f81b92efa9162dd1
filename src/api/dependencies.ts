/** What the API is made of, and what each request carries. */
import type { Client } from '@temporalio/client';
import type { Database } from '../db/database.ts';
import type { Quotas } from '../db/quotas.ts';
import type { ProviderSettings } from '../domain/identity-provider.ts';
import type { ModelConnection } from '../llm/connection.ts';
import type { AllowHost } from '../network/address-guard.ts';
import type { Admission } from '../protocol/auth.ts';
import type { ToolServerConnection } from '../tool-servers/connection.ts';
import type { SpanPlace, Tracer } from '../tracing/spans.ts';
import type { WebhookSender } from '../webhooks/send.ts';
import type { IdentityProvider } from './auth/identity-provider.ts';
import type { OpenSessions } from './auth/open-sessions.ts';
import type { Passwords } from './auth/passwords.ts';
import type { Identity, Tokens } from './auth/tokens.ts';
import type { LiveLog } from './live/live-log.ts';
import type { OpenStreams } from './live/places.ts';
import type { Readers } from './live/progress.ts';
import type { Viewers } from './live/viewers.ts';
import type { Log } from './log.ts';
import type { ApiMetrics } from './metrics/api-metrics.ts';

/** What an operator sets. */
export interface ApiConfig {
  version: string;
  jwtSecret: string;
  /** 32 bytes that people's model keys are sealed with (A5). */
  encryptionKey: Buffer;
  /** Whether a request's Host is a name of this server's (SR-L3); undefined: any may be. */
  isOwnHost: AllowHost | undefined;
  /** Hosts of people's own models that need not be public (A6). */
  allowModelHost: AllowHost;
  /** Hosts of their webhooks that need not be public. */
  allowWebhookHost: AllowHost;
  /** The same of the servers whose tools they connect. */
  allowToolServerHost: AllowHost;
  rateMessagesPerMinute: number;
  rateLoginsPerMinute: number;
  /** Requests with one key for programs (I1). */
  rateKeyRequestsPerMinute: number;
  admission: Admission;
  /** By whom people may sign in besides their password (H9); undefined: by nobody. */
  provider: ProviderSettings | undefined;
  /** How many days what a guest had is kept once nobody can be that guest any more; 0: for ever. */
  guestRetentionDays: number;
  quotas: Quotas;
  /** How many sockets and event streams may be open here at a time. */
  openStreams: { perPerson: number; perNetwork: number };
  /** Reverse proxies before this process, whose word about a client's address counts. */
  trustedProxies: number;
  /** The model that serves whoever has none of their own. */
  serverModel: { baseUrl: string; model: string };
  /** True where that is a scripted one, because none is configured (F18). */
  demoModel: boolean;
  /** Whether the workers look works up on the internet (O6). */
  literature: boolean;
  /** Where a browser finds Temporal's UI; null where nobody said. */
  temporalUiUrl: string | null;
  /** With it, metrics are for others than this machine, too. */
  metricsToken: string | undefined;
  /** Where this machine's worker serves its metrics; undefined: nowhere. */
  workerMetricsUrl: string | undefined;
  /** The folder of the built page. */
  webDir: string;
  /** How long a reader may take nothing of what waits for it, before it is told to come back. */
  readerTimeoutMs: number;
  /** Whom a Work's files are given to; undefined: who runs this process. */
  workspaceOwner: { uid: number; gid: number } | undefined;
}

export interface ApiDependencies {
  db: Database;
  temporal: Client;
  config: ApiConfig;
  log: Log;
  /** Absolute path of PA_DATA. */
  dataDir: string;
  live: LiveLog;
  viewers: Viewers;
  readers: Readers;
  openStreams: OpenStreams;
  sessions: OpenSessions;
  tokens: Tokens;
  passwords: Passwords;
  /** Undefined: there is none. */
  provider: IdentityProvider | undefined;
  /** For people's own models: it refuses what they may not reach. */
  modelConnection: ModelConnection;
  /** For people's webhooks: it refuses what they may not reach. */
  webhookSender: WebhookSender;
  /** For the servers whose tools they connect. */
  toolServers: ToolServerConnection;
  metrics: ApiMetrics;
  /** Undefined: nobody collects traces. */
  tracer: Tracer | undefined;
}

/** Hono's environment: what middleware leaves for handlers. */
export interface ApiEnv {
  Variables: {
    requestId: string;
    log: Log;
    /** The place of the request's span, where it brought a message. */
    place: SpanPlace | undefined;
    /** Set behind requireUser. */
    identity: Identity;
  };
}
