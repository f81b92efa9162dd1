/**
 * What is said to a Work's workflow from outside, and asked of it. Nothing here is needed for a message to be kept: that
 * is Postgres' part, and a job repeats a wake that was lost.
 */
import {
  type Client,
  isGrpcServiceError,
  type WorkflowHandle,
  WorkflowNotFoundError,
  type WorkflowSignalWithStartOptions,
} from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import proto from '@temporalio/proto';
import {
  rest as restSignal,
  SEARCH_ATTRIBUTES,
  type StatusAttribute,
  state as stateQuery,
  stop as stopSignal,
  WORK_QUEUE,
  WORK_WORKFLOW,
  type WorkInput,
  type WorkState,
  wake as wakeSignal,
  workflowIdOf,
} from '../workflows/messages.ts';

/** gRPC's INVALID_ARGUMENT. */
const INVALID_ARGUMENT = 3;

const workKey = defineSearchAttributeKey(SEARCH_ATTRIBUTES.work, SearchAttributeType.KEYWORD);
const ownerKey = defineSearchAttributeKey(SEARCH_ATTRIBUTES.owner, SearchAttributeType.KEYWORD);
const statusKey = defineSearchAttributeKey(SEARCH_ATTRIBUTES.status, SearchAttributeType.KEYWORD);
const IDLE: StatusAttribute = 'idle';

/** Wakes a Work's workflow, and starts it where it does not run. Carries ids only (R1). */
export async function wakeWork(client: Client, work: { workId: string; ownerId: string }): Promise<void> {
  const attributes = [
    { key: workKey, value: work.workId },
    { key: ownerKey, value: work.ownerId },
    { key: statusKey, value: IDLE },
  ];
  try {
    const input: WorkInput = { workId: work.workId, attributes: true };
    await signalWithStart(client, input, { typedSearchAttributes: attributes });
  } catch (error) {
    // A namespace that does not know the attributes (yet) refuses them: the Work is then found by its id alone.
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    if (!isGrpcServiceError(cause) || cause.code !== INVALID_ARGUMENT) throw error;
    await signalWithStart(client, { workId: work.workId }, {});
  }
}

async function signalWithStart(
  client: Client,
  input: WorkInput,
  options: Pick<WorkflowSignalWithStartOptions, 'typedSearchAttributes'>,
): Promise<void> {
  await client.workflow.signalWithStart(WORK_WORKFLOW, {
    ...options,
    workflowId: workflowIdOf(input.workId),
    taskQueue: WORK_QUEUE,
    args: [input],
    signal: wakeSignal,
    signalArgs: [],
    // A task that is lost with its worker costs this long (R9).
    workflowTaskTimeout: '3s',
    staticSummary: 'PaperAgent Work',
  });
}

/** Tells a Work's workflow to stop a turn. One that does not run has nothing to stop. */
export async function stopWork(client: Client, workId: string, turn: number): Promise<void> {
  await whereItRuns(client, workId, (workflow) => workflow.signal(stopSignal, turn));
}

/** Lets the workflow of a Work that has been idle for long end in order; the next wake starts another. */
export async function archiveWork(client: Client, workId: string): Promise<void> {
  await whereItRuns(client, workId, (workflow) => workflow.signal(restSignal));
}

/** Ends a deleted Work's workflow for good; one that does not run is ended already. */
export async function terminateWork(client: Client, workId: string): Promise<void> {
  await whereItRuns(client, workId, (workflow) => workflow.terminate('the Work was deleted'));
}

async function whereItRuns(
  client: Client,
  workId: string,
  say: (workflow: WorkflowHandle) => Promise<unknown>,
): Promise<void> {
  try {
    await say(client.workflow.getHandle(workflowIdOf(workId)));
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

export interface WorkflowView {
  workflowId: string;
  /** Null where it was never started. */
  runId: string | null;
  status: string | null;
  /** Null where no worker answered in time. */
  state: WorkState | null;
}

/**
 * What a Work's workflow says it is doing.
 * @throws the client's error where Temporal itself does not answer within `timeoutMs`.
 */
export async function describeWork(client: Client, workId: string, timeoutMs: number): Promise<WorkflowView> {
  const workflowId = workflowIdOf(workId);
  const handle = client.workflow.getHandle(workflowId);
  const within = <T>(call: () => Promise<T>) => client.withDeadline(Date.now() + timeoutMs, call);
  const [description, state] = await Promise.all([
    within(() => handle.describe()).catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }),
    // A Query is answered by a worker: none may be there, or the workflow may not exist.
    within(() => handle.query(stateQuery)).catch(() => null),
  ]);
  if (description === undefined) return { workflowId, runId: null, status: null, state: null };
  return { workflowId, runId: description.runId, status: description.status.name, state };
}

/** Makes the namespace know the search attributes (F17). Doing it again changes nothing. */
export async function registerSearchAttributes(client: Client): Promise<void> {
  const { operatorService } = client.connection;
  const { namespace } = client.options;
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
  const missing = Object.values(SEARCH_ATTRIBUTES).filter((name) => !(name in (customAttributes ?? {})));
  if (missing.length === 0) return;
  const keyword = proto.temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD;
  await operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(missing.map((name) => [name, keyword])),
  });
}

/** Whether Temporal answers within `timeoutMs`. @throws the client's error where it does not. */
export async function pingTemporal(client: Client, timeoutMs: number): Promise<void> {
  await client.withDeadline(Date.now() + timeoutMs, () =>
    client.workflowService.describeNamespace({ namespace: client.options.namespace }),
  );
}
