/** What a Temporal cluster of one's own has to know before the app uses it: the namespace and its search attributes. */
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection, isGrpcServiceError } from '@temporalio/client';
import { registerSearchAttributes } from '../../temporal/work-client.ts';
import { SetupError } from './setup-error.ts';

/** How long the histories of workflows that have ended are kept; Postgres keeps what was said. */
const RETENTION_DAYS = 7;

const ALREADY_EXISTS = 6;
const AGAIN_MS = 500;

/**
 * Registers both where they are missing. Waits for a cluster that is starting.
 * @throws SetupError with the cluster's last words after `patienceMs`
 */
export async function prepareNamespace(
  { address, namespace }: { address: string; namespace: string },
  patienceMs: number,
): Promise<void> {
  const connection = Connection.lazy({ address });
  try {
    for (const began = Date.now(); ; await delay(AGAIN_MS)) {
      try {
        return await register(connection, namespace);
      } catch (error) {
        if (Date.now() - began < patienceMs) continue;
        throw new SetupError(`Temporal at ${address} could not be set up: ${(error as Error).message}`, {
          cause: error,
        });
      }
    }
  } finally {
    await connection.close();
  }
}

async function register(connection: Connection, namespace: string): Promise<void> {
  await connection.withDeadline(Date.now() + 5_000, async () => {
    try {
      await connection.workflowService.registerNamespace({
        namespace,
        workflowExecutionRetentionPeriod: { seconds: (RETENTION_DAYS * 86_400) as unknown as Seconds },
      });
    } catch (error) {
      if (!isGrpcServiceError(error) || error.code !== ALREADY_EXISTS) throw error;
    }
    // A namespace that was just made is not known everywhere at once: then this is tried again.
    await registerSearchAttributes(new Client({ connection, namespace }));
  });
}

type Seconds = import('@temporalio/proto').google.protobuf.IDuration['seconds'] & object;
