/** The workflow that looks a Work's references up (O6), as the api starts it and asks for it. */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { lookUpWorkflowIdOf } from '../domain/work-names.ts';
import { LOOK_UP_WORKFLOW, WORK_QUEUE } from '../workflows/messages.ts';

/** Starts it; where it runs already nothing happens. Once this has resolved, it is done whatever dies. */
export async function startLookUp(client: Client, workId: string): Promise<void> {
  await client.workflow.start(LOOK_UP_WORKFLOW, {
    workflowId: lookUpWorkflowIdOf(workId),
    taskQueue: WORK_QUEUE,
    args: [{ workId }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: 'PaperAgent references',
  });
}

/** @throws the client's error where Temporal does not answer within `timeoutMs` */
export async function isLookingUp(client: Client, workId: string, timeoutMs: number): Promise<boolean> {
  const handle = client.workflow.getHandle(lookUpWorkflowIdOf(workId));
  try {
    const { status } = await client.withDeadline(Date.now() + timeoutMs, () => handle.describe());
    return status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
