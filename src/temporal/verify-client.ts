/** Starts the workflow of a verification. The order is a row: a start that was lost is repeated by a job. */
import type { Client } from '@temporalio/client';
import { verifyWorkflowIdOf } from '../domain/work-names.ts';
import { VERIFY_WORKFLOW, WORK_QUEUE } from '../workflows/messages.ts';

/** Starts it; where it runs already nothing happens. */
export async function startVerification(client: Client, verificationId: string): Promise<void> {
  await client.workflow.start(VERIFY_WORKFLOW, {
    workflowId: verifyWorkflowIdOf(verificationId),
    taskQueue: WORK_QUEUE,
    args: [{ verificationId }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: 'PaperAgent verification',
  });
}
