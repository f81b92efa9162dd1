/** A system of a fault test's own, whose processes are killed and started again under the same addresses. */

import { fileURLToPath } from 'node:url';
import type { Script } from '../../../src/demo-model/reply.ts';
import type { AppProcess } from '../child-process.ts';
import type { TestServers } from '../servers.ts';
import { startTestSystem, type TestAccount, type TestSystem } from '../system.ts';
import { type DatabaseProxy, openDatabaseProxy } from './database-proxy.ts';
import { type Watcher, watch } from './watcher.ts';

export interface FaultSystem extends TestSystem {
  account: TestAccount;
  /** The processes' way to Postgres. */
  proxy: DatabaseProxy;
  /** The processes that run now; a fault replaces them. */
  processes: { api: AppProcess; worker: AppProcess };
  /** Starts a worker in place of one that is gone. */
  replaceWorker(): Promise<void>;
  /** After a case: ends replaced workers that only slept, so that the next case knows which one it strikes. */
  tidy(): Promise<void>;
  /** Starts the api again where it was. */
  replaceApi(): Promise<void>;
  /** What the processes themselves had to say that is worse than usual. */
  complaints(): string[];
  /** Watches a Work of the account by all api processes named. */
  watch(workId: string, urls?: string[]): Watcher;
}

const JUMPING_CLOCK = fileURLToPath(new URL('./jumping-clock.mjs', import.meta.url));

/** One api and one worker that are up. */
export async function startFaultSystem(options: {
  script: Script;
  env?: Record<string, string>;
  servers?: TestServers;
  namespace?: string;
  under?: string;
}): Promise<FaultSystem> {
  const way = Promise.withResolvers<DatabaseProxy>();
  const system = await startTestSystem({
    ...options,
    env: { NODE_OPTIONS: `--import ${JUMPING_CLOCK}`, ...options.env },
    async databaseVia(url) {
      way.resolve(await openDatabaseProxy(url));
      return (await way.promise).url;
    },
  });
  const proxy = await way.promise;
  const account = await system.guest();
  const processes = { api: system.api, worker: await system.startWorker() };
  const port = Number(new URL(system.url).port);
  const workers: AppProcess[] = [];
  const watchers: Watcher[] = [];
  return {
    ...system,
    account,
    proxy,
    processes,
    async replaceWorker() {
      workers.push(processes.worker);
      processes.worker = await system.startWorker();
    },
    async tidy() {
      await Promise.all(workers.splice(0).map((worker) => worker.signal('SIGKILL')));
    },
    complaints: () =>
      Object.entries(processes).flatMap(([role, { lines }]) =>
        lines.filter((line) => !/"level":(30|20)/.test(line)).map((line) => `${role}: ${line.slice(0, 400)}`),
      ),
    async replaceApi() {
      processes.api = await system.startApi(port);
    },
    watch(workId, urls = [system.url]) {
      const watcher = watch(urls, { workId, token: account.token });
      watchers.push(watcher);
      return watcher;
    },
    async close() {
      // Those of a case that failed would come back for ever.
      for (const watcher of watchers) watcher.close();
      await system.close();
      await proxy.close();
    },
  };
}
