/** Jest's global teardown: stops the run's servers and waits until they are gone. */
import { once } from 'node:events';

export default async function globalTeardown(): Promise<void> {
  const host = globalThis.paperagentServerHost;
  if (host === undefined || host.exitCode !== null) return;
  const exited = once(host, 'exit');
  host.stdin?.end();
  await exited;
}
