/**
 * The one way to have a whole PaperAgent in a test: a database, a namespace and a data folder of its own, the
 * scripted model, and the app's own processes, started by the entry points that compose starts.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { type Database, openDatabase } from '../../src/db/database.ts';
import type { Script } from '../../src/demo-model/reply.ts';
import { type ScriptedModel, startScriptedModel } from '../../src/demo-model/server.ts';
import { findFreePort } from '../../src/setup/ports.ts';
import { type ChatClient, openChat } from './chat-client.ts';
import { type AppProcess, startProcess } from './child-process.ts';
import { createTestDatabase } from './database.ts';
import { createTestNamespace } from './namespace.ts';
import { expectSound } from './oracle.ts';
import { type TestServers, testServers } from './servers.ts';

export interface TestAccount {
  token: string;
}

export interface TestSystem {
  db: Database;
  databaseUrl: string;
  namespace: string;
  /** A client of Temporal's in that namespace. */
  temporal: Client;
  dataDir: string;
  /** The environment by which its workers find their engine; undefined: they run code without one. */
  engine: NodeJS.ProcessEnv | undefined;
  model: ScriptedModel;
  /** Address of an api process. */
  url: string;
  /** Starts one more worker and resolves when it is up. */
  startWorker(more?: Record<string, string>): Promise<AppProcess>;
  /** The first api process. */
  api: AppProcess;
  /** Starts one more api process, on a port of its own or on this one; gives its address too. */
  startApi(port?: number, more?: Record<string, string>): Promise<AppProcess & { url: string }>;
  /** A guest's account. */
  guest(): Promise<TestAccount>;
  /** A new Work of that account. */
  newWork(account: TestAccount): Promise<string>;
  chat(account: TestAccount, workId: string, after?: number): Promise<ChatClient>;
  /** A new guest's new Work and its socket. */
  newChat(after?: number): Promise<{ account: TestAccount; workId: string; chat: ChatClient }>;
  /** REST with the account's token; `path` begins with /api. */
  request(account: TestAccount | null, method: string, path: string, body?: unknown): Promise<Response>;
  /** The oracle, on one Work. */
  expectSound(workId: string): Promise<void>;
  close(): Promise<void>;
}

/** Starts everything but workers, which a test starts (and kills) itself; `env` is for all processes. */
export async function startTestSystem(options: {
  script: Script;
  env?: Record<string, string>;
  /** Whether the scripted model takes pictures. */
  sees?: boolean;
  /** Another way for the processes to the database of this URL; gives its URL. Absent: straight to it. */
  databaseVia?: (url: string) => Promise<string>;
  /** Absent: those of the test run. */
  servers?: TestServers;
  /** Absent: one of its own. */
  namespace?: string;
  /** Where the data folder is made; absent: the machine's folder for temporary files. */
  under?: string;
}): Promise<TestSystem> {
  const servers = options.servers ?? testServers();
  const [database, namespace, dataDir, model, port] = await Promise.all([
    createTestDatabase(servers),
    options.namespace ?? createTestNamespace(servers),
    mkdtemp(path.join(options.under ?? tmpdir(), 'paperagent-system-')),
    startScriptedModel({ script: options.script, sees: options.sees ?? false }),
    findFreePort(),
  ]);
  const db = openDatabase(database.url, { name: 'test', max: 4, onIdleError: () => {} });
  const connection = Connection.lazy({ address: servers.temporalAddress });
  const temporal = new Client({ connection, namespace });
  const processes: AppProcess[] = [];
  const env: Record<string, string> = {
    DATABASE_URL: (await options.databaseVia?.(database.url)) ?? database.url,
    TEMPORAL_ADDRESS: servers.temporalAddress,
    TEMPORAL_NAMESPACE: namespace,
    OPENAI_BASE_URL: model.url,
    OPENAI_API_KEY: 'test-key',
    PAPERAGENT_MODEL: 'scripted',
    PA_DATA: dataDir,
    JWT_SECRET: randomBytes(32).toString('hex'),
    ENCRYPTION_KEY: randomBytes(32).toString('hex'),
    SANDBOX: 'bubblewrap',
    RATE_MESSAGES_PER_MINUTE: '100000',
    GUEST_MODELS: 'on',
    QUOTA_TURNS_AT_ONCE: '100000',
    QUOTA_GUEST_TURNS_AT_ONCE: '100000',
    QUOTA_GUEST_WORKS: '100000',
    QUOTA_SOCKETS: '100000',
    QUOTA_NETWORK_SOCKETS: '100000',
    LOG_LEVEL: 'info',
    ...options.env,
  };

  const engine = env.SANDBOX === 'bubblewrap' ? undefined : { ...process.env, ...env };

  function start(role: string, more: Record<string, string> = {}): AppProcess {
    const process = startProcess(role, { ...env, ...more });
    processes.push(process);
    return process;
  }

  async function startApi(apiPort?: number, more: Record<string, string> = {}) {
    const chosen = apiPort ?? (await findFreePort());
    const api = start('api', { PORT: String(chosen), HOST: '127.0.0.1', ...more });
    await api.line((line) => line.includes('listening'), 'it listened');
    return { ...api, url: `http://127.0.0.1:${chosen}` };
  }

  const { url, ...api } = await startApi(port);

  const system: TestSystem = {
    db,
    databaseUrl: database.url,
    namespace,
    temporal,
    dataDir,
    model,
    url,
    api,
    async startWorker(more) {
      const worker = start('worker', more);
      await worker.line((line) => line.includes('worker is up'), 'it was up');
      return worker;
    },
    startApi,
    async guest() {
      const response = await system.request(null, 'POST', '/api/auth/guest');
      const { accessToken } = (await response.json()) as { accessToken: string };
      return { token: accessToken };
    },
    async newWork(account) {
      const response = await system.request(account, 'POST', '/api/works', { title: `Work ${randomUUID()}` });
      const work = (await response.json()) as { id: string };
      return work.id;
    },
    chat: ({ token }, workId, after) =>
      openChat(url, { workId, token, ...(after === undefined ? {} : { after }) }),
    async newChat(after) {
      const account = await system.guest();
      const workId = await system.newWork(account);
      return { account, workId, chat: await system.chat(account, workId, after) };
    },
    request(account, method, route, body) {
      return fetch(`${url}${route}`, {
        method,
        headers: {
          ...(account ? { authorization: `Bearer ${account.token}` } : {}),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    },
    engine,
    expectSound: (workId) => expectSound(db, { workId, dataDir, temporal, engine }),
    async close() {
      await Promise.all(processes.map((process) => process.signal('SIGKILL')));
      await model.close();
      await connection.close();
      await db.destroy();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  return system;
}
