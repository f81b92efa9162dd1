/** What the API says to a real Temporal server (F17, R1). */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import {
  describeWork,
  pingTemporal,
  registerSearchAttributes,
  stopWork,
  terminateWork,
  wakeWork,
} from '../../src/temporal/work-client.ts';
import { WORK_QUEUE } from '../../src/workflows/messages.ts';
import { createTestNamespace } from '../support/namespace.ts';
import { testServers } from '../support/servers.ts';
import { until } from '../support/until.ts';

let connection: Connection;
let client: Client;
const work = () => ({ workId: randomUUID(), ownerId: randomUUID() });

beforeAll(async () => {
  connection = await Connection.connect({ address: testServers().temporalAddress });
  client = new Client({ connection, namespace: await createTestNamespace() });
});
afterAll(() => connection.close());

test('F17: a Work that is woken is a workflow that can be found by Work and by owner', async () => {
  const { workId, ownerId } = work();
  await wakeWork(client, { workId, ownerId });
  await wakeWork(client, { workId, ownerId });
  const found = async (query: string) => {
    const ids: string[] = [];
    for await (const { workflowId } of client.workflow.list({ query })) ids.push(workflowId);
    return ids;
  };
  await until(async () => (await found(`PaperAgentOwner = "${ownerId}"`)).length > 0, 'it is listed');
  expect(await found(`PaperAgentWork = "${workId}"`)).toEqual([`work-${workId}`]);
  const description = await client.workflow.getHandle(`work-${workId}`).describe();
  expect(description).toMatchObject({ type: 'work', taskQueue: WORK_QUEUE, status: { name: 'RUNNING' } });
  expect(await description.staticSummary()).toBe('PaperAgent Work');
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: { workflowId: `work-${workId}` },
  });
  const types = history?.events?.map(({ eventType }) => eventType) ?? [];
  // Started, two signals, and one task for both.
  expect(types).toHaveLength(4);
  const started = history?.events?.[0]?.workflowExecutionStartedEventAttributes;
  expect(Number(started?.workflowTaskTimeout?.seconds)).toBe(3);
});

test('a namespace that does not know the search attributes starts the workflow without them', async () => {
  const namespace = `bare-${randomUUID()}`;
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
  });
  const bare = new Client({ connection, namespace });
  const first = work();
  await until(async () => {
    await wakeWork(bare, first);
    return true;
  }, 'the new namespace is known');
  expect(await describeWork(bare, first.workId, 5_000)).toMatchObject({ status: 'RUNNING', state: null });
  await registerSearchAttributes(bare);
  await registerSearchAttributes(bare);
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  expect(Object.keys(customAttributes ?? {})).toEqual(
    expect.arrayContaining(['PaperAgentWork', 'PaperAgentOwner', 'PaperAgentStatus']),
  );
});

test('a Work whose workflow never ran has nothing to stop, to end or to say', async () => {
  const { workId } = work();
  await stopWork(client, workId, 1);
  await terminateWork(client, workId);
  expect(await describeWork(client, workId, 5_000)).toEqual({
    workflowId: `work-${workId}`,
    runId: null,
    status: null,
    state: null,
  });
});

test('ending a Work ends its workflow, and ending it again changes nothing', async () => {
  const { workId, ownerId } = work();
  await wakeWork(client, { workId, ownerId });
  await terminateWork(client, workId);
  await terminateWork(client, workId);
  expect(await describeWork(client, workId, 5_000)).toMatchObject({ status: 'TERMINATED' });
});

test('a Temporal that is not there fails within the time that it is given', async () => {
  // Without retries: one that is pending when the connection closes would throw.
  const nowhere = Connection.lazy({ address: '127.0.0.1:1', interceptors: [] });
  const lost = new Client({ connection: nowhere });
  await expect(pingTemporal(lost, 200)).rejects.toThrow();
  await expect(describeWork(lost, randomUUID(), 200)).rejects.toThrow();
  await nowhere.close();
});
