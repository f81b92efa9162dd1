/** An API in this process, on a database of its own, with a Temporal that only remembers. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pino from 'pino';
import type { ApiConfig } from '../../src/api/dependencies.ts';
import { type RunningApi, startApi } from '../../src/api/start.ts';
import { storeShippedTemplates } from '../../src/api/templates/shipped-templates.ts';
import { type Database, openDatabase } from '../../src/db/database.ts';
import type { Session } from '../../src/protocol/auth.ts';
import { CHECKOUT } from '../../src/setup/checkout.ts';
import { type ChatClient, openChat } from './chat-client.ts';
import { createTestDatabase } from './database.ts';
import { createFakeTemporal, type FakeTemporal } from './fake-temporal.ts';
import { NO_QUOTAS } from './works.ts';

export interface TestApi {
  db: Database;
  databaseUrl: string;
  dataDir: string;
  temporal: FakeTemporal;
  url: string;
  live: RunningApi['live'];
  config: ApiConfig;
  /** One more API process' worth, on the same database. */
  startAnother(): Promise<RunningApi>;
  /** REST; `path` begins with a slash, `body` is sent as JSON. */
  request(token: string | null, method: string, path: string, body?: unknown): Promise<Response>;
  guest(): Promise<Session>;
  /** Somebody with an account of their own. */
  register(): Promise<Session>;
  /** A new Work; gives its id. */
  newWork(token: string): Promise<string>;
  chat(token: string, workId: string, after?: number): Promise<ChatClient>;
  close(): Promise<void>;
}

export const TEST_SECRET = 'a secret that only tests have, long enough';

export async function startTestApi(change: Partial<ApiConfig> = {}): Promise<TestApi> {
  const database = await createTestDatabase();
  const dataDir = await mkdtemp(path.join(tmpdir(), 'paperagent-api-'));
  const db = openDatabase(database.url, { name: 'test-api', max: 10, onIdleError: () => {} });
  await storeShippedTemplates(db, path.join(CHECKOUT, 'templates'));
  const temporal = createFakeTemporal();
  const config: ApiConfig = {
    version: '0.0.0-test',
    jwtSecret: TEST_SECRET,
    encryptionKey: randomBytes(32),
    isOwnHost: undefined,
    allowModelHost: () => false,
    allowWebhookHost: () => false,
    allowToolServerHost: () => false,
    rateMessagesPerMinute: 100_000,
    rateLoginsPerMinute: 100_000,
    rateKeyRequestsPerMinute: 100_000,
    admission: { registration: 'open', guests: true, guestModels: true },
    provider: undefined,
    guestRetentionDays: 30,
    quotas: NO_QUOTAS,
    openStreams: { perPerson: 100_000, perNetwork: 100_000 },
    trustedProxies: 0,
    serverModel: { baseUrl: 'http://127.0.0.1:1/v1', model: 'demo' },
    demoModel: true,
    literature: false,
    temporalUiUrl: 'http://127.0.0.1:1',
    webDir: path.join(dataDir, 'no-page-here'),
    metricsToken: undefined,
    workerMetricsUrl: undefined,
    readerTimeoutMs: 20_000,
    workspaceOwner: undefined,
    ...change,
  };
  const running: RunningApi[] = [];
  async function start(): Promise<RunningApi> {
    const api = await startApi({
      db,
      databaseDirectUrl: database.url,
      temporal: temporal.client,
      config,
      tracer: undefined,
      log: pino({ level: 'silent' }),
      dataDir,
      host: '127.0.0.1',
      port: 0,
    });
    running.push(api);
    return api;
  }
  const { url, live } = await start();

  const request: TestApi['request'] = (token, method, route, body) =>
    fetch(`${url}${route}`, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  return {
    db,
    databaseUrl: database.url,
    dataDir,
    temporal,
    url,
    live,
    config,
    request,
    startAnother: start,
    async guest() {
      const response = await request(null, 'POST', '/api/auth/guest');
      return (await response.json()) as Session;
    },
    async register() {
      const account = { email: `${randomUUID()}@example.com`, password: 'a long password' };
      const response = await request(null, 'POST', '/api/auth/register', account);
      return (await response.json()) as Session;
    },
    async newWork(token) {
      const response = await request(token, 'POST', '/api/works', {});
      const work = (await response.json()) as { id: string };
      return work.id;
    },
    chat: (token, workId, after) =>
      openChat(url, { workId, token, ...(after === undefined ? {} : { after }) }),
    async close() {
      await Promise.all(running.map((api) => api.close()));
      await db.destroy();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
