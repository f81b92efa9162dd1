/** A Temporal namespace of one's own: suites that run side by side share a server, never a task queue. */
import { randomBytes } from 'node:crypto';
import { Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { SEARCH_ATTRIBUTES } from '../../src/workflows/messages.ts';
import { type TestServers, testServers } from './servers.ts';

/** Registers a new namespace with the app's search attributes; gives its name. */
export async function createTestNamespace(servers: TestServers = testServers()): Promise<string> {
  return await create(servers, true);
}

/** The same without the search attributes. */
export async function createBareNamespace(servers: TestServers = testServers()): Promise<string> {
  return await create(servers, false);
}

async function create(servers: TestServers, withAttributes: boolean): Promise<string> {
  const namespace = `test-${randomBytes(6).toString('hex')}`;
  const connection = await Connection.connect({ address: servers.temporalAddress });
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: { seconds: 86_400 as unknown as Long },
    });
    if (!withAttributes) return namespace;
    const keyword = proto.temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD;
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(Object.values(SEARCH_ATTRIBUTES).map((name) => [name, keyword])),
    });
  } finally {
    await connection.close();
  }
  return namespace;
}

type Long = import('@temporalio/proto').google.protobuf.IDuration['seconds'] & object;
