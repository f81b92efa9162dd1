/** `npm start` with all that it embeds, for faults that strike the supervisor and everything under it. */
import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { openDatabase } from '../../../src/db/database.ts';
import { startScriptedModel } from '../../../src/demo-model/server.ts';
import { startTimeOf } from '../../../src/os/process-lock.mjs';
import { dataFolder } from '../../../src/setup/data-folder.ts';
import { findFreePort } from '../../../src/setup/ports.ts';
import { type Instance, runningInstance } from '../../../src/supervisor/instance.ts';
import { type AppProcess, startProcess } from '../child-process.ts';
import { expectSound } from '../oracle.ts';
import { until } from '../until.ts';
import { scriptedTurn } from './scripted-turn.ts';
import type { Struck } from './strike.ts';
import { type Watcher, watch } from './watcher.ts';

export interface EmbeddedSystem extends Struck {
  /** kill -9 of the supervisor alone. */
  killSupervisor(): Promise<void>;
  /** kill -9 of every process of it: what is left of a machine whose power went. */
  killEverything(): Promise<void>;
  /** @returns the process id of the worker that waits to take over, once one does */
  waitForSpare(): Promise<number>;
  /** Until the processes that the supervisor has are such. */
  waitFor(fits: (pids: Record<string, number>) => boolean, what: string): Promise<void>;
  /** To a process of this name. */
  signal(name: string, signal: 'SIGKILL' | 'SIGSTOP'): void;
  /** SIGTERM to the supervisor, and until all of it has ended. */
  stop(): Promise<void>;
  /** `npm start` on the same data folder, unless it runs; until it is ready. */
  start(): Promise<Instance>;
  close(): Promise<void>;
}

export async function startEmbeddedSystem(): Promise<EmbeddedSystem> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'paperagent-embedded-'));
  // As root Postgres runs as another user, who has to get in.
  await chmod(dataDir, 0o755);
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const model = await startScriptedModel({ script: scriptedTurn });
  const supervisors: AppProcess[] = [];
  const watchers: Watcher[] = [];
  let known: Instance | undefined;

  async function start(): Promise<Instance> {
    const running = runningInstance(dataFolder(dataDir));
    if (running === undefined) {
      const supervisor = startProcess('start', {
        ...{ PORT: String(port), PA_DATA: dataDir, DATABASE_URL: '', TEMPORAL_ADDRESS: '' },
        ...{ OPENAI_BASE_URL: model.url, OPENAI_API_KEY: 'test-key', PAPERAGENT_MODEL: 'scripted' },
        ...{ SANDBOX: 'bubblewrap', SANDBOX_LIBRARIES: 'few', RATE_MESSAGES_PER_MINUTE: '100000' },
      });
      supervisors.push(supervisor);
      await supervisor.line((line) => line.startsWith('ready ('), 'it was ready');
    }
    const instance = runningInstance(dataFolder(dataDir));
    if (instance === undefined) throw new Error('it ended');
    known = instance;
    return instance;
  }

  const running = () => runningInstance(dataFolder(dataDir))?.pids ?? {};

  async function request<T>(route: string, body: object, token?: string): Promise<T> {
    const headers = {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const answer = await fetch(`${url}${route}`, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${route} answered ${answer.status}`);
    return (await answer.json()) as T;
  }

  const { databaseUrl, temporalAddress } = await start();
  const { accessToken } = await request<{ accessToken: string }>('/api/auth/guest', {});
  const db = openDatabase(databaseUrl, { name: 'test', max: 2, onIdleError: () => {} });
  const connection = Connection.lazy({ address: temporalAddress });
  const temporal = new Client({ connection });

  const system: EmbeddedSystem = {
    model,
    db,
    databaseUrl,
    dataDir,
    account: { token: accessToken },
    // Its children's complaints are in log files.
    complaints: () => [],
    tidy: async () => void (await start()),
    async newWork({ token }) {
      return (await request<{ id: string }>('/api/works', { title: `Work ${randomUUID()}` }, token)).id;
    },
    watch(workId, urls = [url]) {
      const watcher = watch(urls, { workId, token: accessToken });
      watchers.push(watcher);
      return watcher;
    },
    expectSound: (workId) => expectSound(db, { workId, dataDir, temporal }),
    async killSupervisor() {
      await supervisors.at(-1)?.signal('SIGKILL');
    },
    async killEverything() {
      const pids = Object.values(known?.pids ?? {});
      await supervisors.at(-1)?.signal('SIGKILL');
      for (const pid of pids) if (startTimeOf(pid) !== undefined) process.kill(pid, 'SIGKILL');
      await until(() => pids.every((pid) => startTimeOf(pid) === undefined), 'all of it was gone');
    },
    async waitForSpare() {
      await system.waitFor((pids) => pids['worker-spare'] !== undefined, 'a spare');
      return running()['worker-spare'] ?? 0;
    },
    async waitFor(fits, what) {
      await until(() => fits(running()), what);
    },
    signal(name, signal) {
      const pid = running()[name];
      if (pid === undefined) throw new Error(`there is no ${name}`);
      process.kill(pid, signal);
    },
    async stop() {
      await supervisors.at(-1)?.signal('SIGTERM');
    },
    start,
    async close() {
      for (const watcher of watchers) watcher.close();
      // One whose supervisor was killed is ended by the next, which is then stopped in order.
      await start();
      await system.stop();
      await connection.close();
      await db.destroy();
      await model.close();
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  return system;
}
