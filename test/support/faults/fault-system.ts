/** A system of a fault test's own, whose processes are killed and started again under the same addresses. */
import type { Script } from '../../../src/demo-model/reply.ts';
import type { AppProcess } from '../child-process.ts';
import type { TestServers } from '../servers.ts';
import { startTestSystem, type TestAccount, type TestSystem } from '../system.ts';
import { type Watcher, watch } from './watcher.ts';

export interface FaultSystem extends TestSystem {
  account: TestAccount;
  /** The processes that run now; a fault replaces them. */
  processes: { api: AppProcess; worker: AppProcess };
  /** Starts a worker in place of one that is gone. */
  replaceWorker(): Promise<void>;
  /** Starts the api again where it was. */
  replaceApi(): Promise<void>;
  /** Watches a Work of the account by all api processes named. */
  watch(workId: string, urls?: string[]): Watcher;
}

/** One api and one worker that are up. */
export async function startFaultSystem(options: {
  script: Script;
  env?: Record<string, string>;
  servers?: TestServers;
  namespace?: string;
}): Promise<FaultSystem> {
  const system = await startTestSystem(options);
  const account = await system.guest();
  const processes = { api: system.api, worker: await system.startWorker() };
  const port = Number(new URL(system.url).port);
  const watchers: Watcher[] = [];
  return {
    ...system,
    account,
    processes,
    async replaceWorker() {
      processes.worker = await system.startWorker();
    },
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
    },
  };
}
