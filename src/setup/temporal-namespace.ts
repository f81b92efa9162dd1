/** What a Temporal cluster of one's own has to know before the app uses it: the namespace and its search attributes. */
import { setTimeout as delay } from 'node:timers/promises';
import { Client, type Connection, isGrpcServiceError } from '@temporalio/client';
import { lazyConnection, type TemporalEndpoint } from '../temporal/endpoint.ts';
import { registerSearchAttributes } from '../temporal/work-client.ts';
import { SEARCH_ATTRIBUTES } from '../workflows/messages.ts';
import { SetupError } from './setup-error.ts';

/** How long the histories of workflows that have ended are kept; Postgres keeps what was said. */
const RETENTION_DAYS = 7;

/** Of gRPC's codes. */
const [NOT_FOUND, ALREADY_EXISTS, PERMISSION_DENIED, UNIMPLEMENTED, UNAUTHENTICATED] = [5, 6, 7, 12, 16];
/** What a cluster says where this account may not do it at all (Temporal Cloud). */
const REFUSALS = [PERMISSION_DENIED, UNIMPLEMENTED, UNAUTHENTICATED];
const AGAIN_MS = 500;

/**
 * Registers both where they are missing. Waits for a cluster that is starting.
 * @returns a sentence where the search attributes may not be registered: the app works without
 * @throws SetupError with the cluster's last words after `timeoutMs`; at once where it refuses the account, or
 *   the namespace is missing and may not be registered
 */
export async function prepareNamespace(
  endpoint: TemporalEndpoint,
  timeoutMs: number,
): Promise<string | undefined> {
  const connection = lazyConnection(endpoint);
  try {
    for (const began = Date.now(); ; await delay(AGAIN_MS)) {
      try {
        return await connection.withDeadline(Date.now() + 5_000, () =>
          register(connection, endpoint.namespace),
        );
      } catch (error) {
        if (error instanceof SetupError) throw error;
        if (Date.now() - began < timeoutMs && !isRefusal(error)) continue;
        throw new SetupError(
          `Temporal at ${endpoint.address} could not be set up: ${(error as Error).message}`,
          { cause: error },
        );
      }
    }
  } finally {
    await connection.close();
  }
}

async function register(connection: Connection, namespace: string): Promise<string | undefined> {
  if (!(await isThere(connection, namespace))) await registerNamespace(connection, namespace);
  try {
    // A namespace that was just made is not known everywhere at once: then this is tried again.
    await registerSearchAttributes(new Client({ connection, namespace }));
    return undefined;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const names = Object.values(SEARCH_ATTRIBUTES).join(', ');
    return `Temporal lets this account register no search attributes in "${namespace}" (${error.details}): unless ${names} (Keyword) are there, Works are found by their id alone`;
  }
}

async function isThere({ workflowService }: Connection, namespace: string): Promise<boolean> {
  try {
    await workflowService.describeNamespace({ namespace });
    return true;
  } catch (error) {
    if (!isGrpcServiceError(error) || error.code !== NOT_FOUND) throw error;
    return false;
  }
}

async function registerNamespace({ workflowService }: Connection, namespace: string): Promise<void> {
  try {
    await workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: { seconds: (RETENTION_DAYS * 86_400) as unknown as Seconds },
    });
  } catch (error) {
    if (isRefusal(error))
      throw new SetupError(
        `Temporal has no namespace "${namespace}" and lets this account register none (${error.details}): have it made, or set TEMPORAL_NAMESPACE to one that is there`,
      );
    if (!isGrpcServiceError(error) || error.code !== ALREADY_EXISTS) throw error;
  }
}

function isRefusal(error: unknown): error is Error & { details: string } {
  return isGrpcServiceError(error) && REFUSALS.includes(error.code);
}

type Seconds = import('@temporalio/proto').google.protobuf.IDuration['seconds'] & object;
