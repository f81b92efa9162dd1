/** A worker as the database sees it: one that lives until the test ends it, whatever time passes meanwhile. */
import { randomUUID } from 'node:crypto';
import type { Holder } from '../../src/db/claims.ts';
import { createClient, type Database } from '../../src/db/database.ts';
import { holdWorkerLock, registerWorker } from '../../src/db/workers.ts';

export interface LiveWorker extends Holder {
  /** Ends its session, and so gives its lock up; once more does nothing. */
  die(): Promise<void>;
}

/** Registered long enough ago, holding its lock, and with a lease for an hour: it renews none. */
export async function liveWorker(db: Database, databaseUrl: string): Promise<LiveWorker> {
  const workerId = randomUUID();
  const lockKey = await registerWorker(db, { id: workerId, host: 'test', pid: 1 });
  await db
    .updateTable('workers')
    .set({ started_at: new Date(Date.now() - 60_000), renewed_at: new Date(Date.now() + 3_600_000) })
    .where('id', '=', workerId)
    .execute();
  const session = createClient({ connectionString: databaseUrl });
  await session.connect();
  await holdWorkerLock(session, lockKey);
  let ended: Promise<void> | undefined;
  return {
    workerId,
    workflowId: 'work-x',
    activityId: '1',
    die() {
      ended ??= session.end();
      return ended;
    },
  };
}
