/**
 * A way to Temporal that swallows packets, and closes nothing: how soon each kind of connection notices. They do so at
 * the same time, for all of it is waiting.
 */
import { expect, test } from '@jest/globals';
import { NativeConnection } from '@temporalio/worker';
import { connectionOptions, lazyConnection } from '../../src/temporal/endpoint.ts';
import { openDatabaseProxy } from '../support/faults/database-proxy.ts';
import { testServers } from '../support/servers.ts';
import { until } from '../support/until.ts';

async function silentWay() {
  const proxy = await openDatabaseProxy(`tcp://${testServers().temporalAddress}`);
  const address = new URL(proxy.url).host;
  return { ...proxy, endpoint: { address, namespace: 'default', apiKey: undefined, tls: false as const } };
}

test.concurrent('a client notices within 30 s, and its call is made over another connection', async () => {
  const way = await silentWay();
  const connection = lazyConnection(way.endpoint);
  try {
    await connection.workflowService.getSystemInfo({});
    way.goSilent();
    const began = Date.now();
    const { serverVersion } = await connection.withDeadline(began + 120_000, () =>
      connection.workflowService.getSystemInfo({}),
    );
    expect(serverVersion).not.toBe('');
    expect(Date.now() - began).toBeLessThan(30_000);
  } finally {
    await connection.close();
    await way.close();
  }
});

test.concurrent('a worker notices within 45 s, which is fixed in the SDK, and asks over another connection', async () => {
  const way = await silentWay();
  const connection = await NativeConnection.connect(connectionOptions(way.endpoint));
  try {
    await connection.workflowService.getSystemInfo({});
    way.goSilent();
    const began = Date.now();
    const answers = () =>
      connection.workflowService.getSystemInfo({}).then(
        () => true,
        () => false, // not made again by this kind of connection, but by the worker
      );
    await until(answers, 'it was answered', 60_000);
    expect(Date.now() - began).toBeLessThan(50_000);
  } finally {
    await connection.close();
    await way.close();
  }
});
