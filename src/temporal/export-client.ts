/** Starts the workflow of an export. The order is a row: a start that was lost is repeated by a job. */
import type { Client } from '@temporalio/client';
import { exportWorkflowIdOf } from '../domain/work-names.ts';
import { EXPORT_WORKFLOW, WORK_QUEUE } from '../workflows/messages.ts';

/** Starts it; where it runs already nothing happens. */
export async function startExport(client: Client, exportId: string): Promise<void> {
  await client.workflow.start(EXPORT_WORKFLOW, {
    workflowId: exportWorkflowIdOf(exportId),
    taskQueue: WORK_QUEUE,
    args: [{ exportId }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: 'PaperAgent export',
  });
}
