/** A test's whole cluster: several workers, several apis behind the round-robin proxy, each one to be killed at will. */
import type { Script } from '../../../src/demo-model/reply.ts';
import { startRoundRobin } from '../../../src/supervisor/round-robin.ts';
import type { AppProcess } from '../child-process.ts';
import { type Watcher, watch } from '../faults/watcher.ts';
import { startTestSystem, type TestAccount, type TestSystem } from '../system.ts';
import type { ClusterServers } from './cluster-servers.ts';

export type Api = AppProcess & { url: string };

export interface ClusterSystem extends TestSystem {
  account: TestAccount;
  /** Those that run now, and are to be reached; a test takes out what it ends and adds what it starts. */
  apis: Api[];
  workers: AppProcess[];
  /** The proxy's address. */
  entry: string;
  /** Watches a Work of the account, by the proxy. */
  watch(workId: string): Watcher;
}

export async function startClusterSystem(
  servers: ClusterServers,
  size: { apis: number; workers: number },
  script: Script,
): Promise<ClusterSystem> {
  const system = await startTestSystem({
    script,
    servers: servers.addresses,
    namespace: servers.namespace,
  });
  const apis: Api[] = [{ ...system.api, url: system.url }];
  while (apis.length < size.apis) apis.push(await system.startApi());
  const workers = await Promise.all(Array.from({ length: size.workers }, () => system.startWorker()));
  const ports = () => apis.map(({ url }) => Number(new URL(url).port));
  const proxy = await startRoundRobin(ports, { host: '127.0.0.1', port: 0 });
  const entry = `http://127.0.0.1:${proxy.port}`;
  const account = await system.guest();
  const watchers: Watcher[] = [];
  return {
    ...system,
    ...{ account, apis, workers, entry },
    watch(workId) {
      const watcher = watch([entry], { workId, token: account.token });
      watchers.push(watcher);
      return watcher;
    },
    async close() {
      for (const watcher of watchers) watcher.close();
      await proxy.close();
      await system.close();
    },
  };
}
