/** An idle Work is archived as it is after weeks: its last change is put back in time, and the job that archives comes by. */
import type { Client } from '@temporalio/client';
import { sql } from 'kysely';
import type { Database } from '../../src/db/database.ts';
import { workflowIdOf } from '../../src/domain/work-names.ts';
import { archiveIdleWorks } from '../../src/jobs/archiving.ts';
import { archiveWork } from '../../src/temporal/work-client.ts';
import { state } from '../../src/workflows/messages.ts';
import { until } from './until.ts';
import { workflowOf } from './workflow-of.ts';

/** What a Work was left alone for, and after how many days it is archived. */
const ALONE_DAYS = 40;
const ARCHIVE_DAYS = 30;

interface System {
  db: Database;
  temporal: Client;
}

/** As if nothing had happened in the Work for a long time. */
export async function leaveAlone(db: Database, workId: string): Promise<void> {
  await sql`update works set updated_at = updated_at - make_interval(days => ${ALONE_DAYS}::integer)
    where id = ${workId}::uuid`.execute(db);
}

/** One round of the job over all Works. */
export async function sweepIdleWorks({ db, temporal }: System): Promise<void> {
  const archive = (workId: string) => archiveWork(temporal, workId);
  await archiveIdleWorks({ db, archive, days: ARCHIVE_DAYS, log: { info: () => {} } });
}

/** Archives an idle Work; resolves when its workflow has ended. */
export async function archive(system: System, workId: string): Promise<void> {
  // A turn's end is in Postgres a moment before the workflow hears of it; what is not idle does not rest.
  const handle = await workflowOf(system.temporal, workId);
  await until(async () => (await handle.query(state)).phase === 'waiting', 'its workflow waited');
  await leaveAlone(system.db, workId);
  await sweepIdleWorks(system);
  await untilWorkflowEnded(system.temporal, workId);
}

export async function untilWorkflowEnded(temporal: Client, workId: string): Promise<void> {
  const handle = temporal.workflow.getHandle(workflowIdOf(workId));
  await until(async () => (await handle.describe()).status.name === 'COMPLETED', 'its workflow ended');
}
