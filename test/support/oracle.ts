/**
 * The oracle of docs/durability: looks at one Work after whatever happened to it, and says what is wrong. It reads
 * what is really there (log, rows, history file, workflow, processes) and believes none of it.
 */
import type { Client } from '@temporalio/client';
import type { Database } from '../../src/db/database.ts';
import { readEvents } from '../../src/db/event-log.ts';
import { eventually } from './eventually.ts';
import { brokenInLog } from './oracle/log.ts';
import { brokenInHistory, brokenInTemporal } from './oracle/outside.ts';
import { brokenInRows, EVERYTHING } from './oracle/rows.ts';
import { leftRunning, type Sandboxed } from './oracle/sandboxes.ts';

export interface Examined extends Sandboxed {
  /** Absent: there is no workflow to look at. */
  temporal?: Client;
}

/** Every rule that this idle Work breaks, as sentences; empty when all is well. */
export async function violations(db: Database, work: Examined): Promise<string[]> {
  const { workId, temporal } = work;
  const events = await readEvents(db, workId, { after: 0, limit: EVERYTHING });
  const gaps = events.flatMap((event, index) =>
    event.seq === index + 1 ? [] : [`D3: event ${event.seq} stands where ${index + 1} should`],
  );
  if (gaps.length > 0) return gaps;
  return [
    ...brokenInLog(events),
    ...(await brokenInRows(db, workId, events)),
    ...(await brokenInHistory(db, work, events)),
    ...(temporal ? await brokenInTemporal(db, temporal, workId) : []),
    ...(await leftRunning(work)),
  ];
}

/**
 * The last line of a fault test. The history file and the workflow may follow the turn's end by a moment (D8): a
 * busy machine is given more of it than the second that is promised.
 * @throws with all violations
 */
export async function expectSound(db: Database, work: Examined): Promise<void> {
  const found = await eventually(
    () => violations(db, work),
    (list) => list.length === 0,
  );
  if (found.length > 0) throw new Error(`the Work ${work.workId} is not sound:\n- ${found.join('\n- ')}`);
}
