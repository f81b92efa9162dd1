/** A Work's workflow. Its turn begins ahead of it, and a short one may have ended before it is there (eager-start.ts). */
import {
  type Client,
  QueryNotRegisteredError,
  type WorkflowHandle,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { workflowIdOf } from '../../src/domain/work-names.ts';
import { state, type WorkState } from '../../src/workflows/messages.ts';
import { until } from './until.ts';

/** Resolves when the workflow has had its first task: it is there, and has asked for a turn. */
export async function workflowOf(temporal: Client, workId: string): Promise<WorkflowHandle> {
  const handle = temporal.workflow.getHandle(workflowIdOf(workId));
  const answers = () =>
    handle.query(state).then(
      () => true,
      (error: unknown) => {
        if (error instanceof WorkflowNotFoundError || error instanceof QueryNotRegisteredError) return false;
        throw error;
      },
    );
  await until(answers, 'the workflow answered');
  return handle;
}

/** Resolves when the workflow says that it is in that phase. */
export async function untilPhase(
  temporal: Client,
  workId: string,
  phase: WorkState['phase'],
): Promise<WorkflowHandle> {
  const handle = await workflowOf(temporal, workId);
  const isThere = async () => (await handle.query(state)).phase === phase;
  await until(isThere, `the workflow was in the phase ${phase}`, 60_000);
  return handle;
}
