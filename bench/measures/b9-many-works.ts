/** B9: 200 Works that stream at once, and 50 viewers of one Work: what arrives, and what it costs. */
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { ROLES, type Role } from '../../scripts/support/own-system.ts';
import { openDatabase } from '../../src/db/database.ts';
import { streamAtOnce } from '../fleet.ts';
import type { Bench, Figure, Measure } from '../measure.ts';
import { type Usage, usageOf, usageOfTree } from '../processes.ts';
import { percentile } from '../statistics.ts';

export const b9: Measure = {
  id: 'B9',
  async run(bench) {
    return [...(await manyWorks(bench)), ...(await manyViewers(bench))];
  },
};

async function manyWorks(bench: Bench): Promise<Figure[]> {
  const works = bench.times(200, 10);
  const perSecond = 20;
  const usage: Figure[] = [];
  const { lags, lost } = await streamAtOnce(
    bench,
    { works, viewers: 1, tokens: perSecond * bench.times(30, 5), perSecond },
    async (delivered) => {
      const [before, eventsBefore, began] = [usages(bench), delivered(), performance.now()];
      await delay(bench.times(15_000, 1_000));
      const [after, seconds] = [usages(bench), (performance.now() - began) / 1000];
      usage.push({
        what: `${works} Works: events delivered`,
        value: (delivered() - eventsBefore) / seconds,
        unit: 'events/s',
      });
      for (const [role, now] of after) {
        const share = ((now.cpuSeconds - (before.get(role)?.cpuSeconds ?? 0)) / seconds) * 100;
        usage.push({
          what: `${works} Works: processor time of ${role}`,
          value: share,
          unit: '%',
          note: `of one core; RSS ${now.rssMB.toFixed(0)} MB`,
        });
      }
    },
  );
  return [
    ...usage,
    { what: `${works} Works: chunk lag, p50`, value: percentile(lags, 0.5), unit: 'ms' },
    { what: `${works} Works: chunk lag, p99`, value: percentile(lags, 0.99), unit: 'ms' },
    { what: `${works} Works: tokens or events lost`, value: lost, unit: 'tokens', reach: { most: 0 } },
  ];
}

async function manyViewers(bench: Bench): Promise<Figure[]> {
  const viewers = bench.times(50, 5);
  // With one viewer first: what the database itself looks up in the log for each batch is in there.
  const alone = await watch(bench, 1);
  const many = await watch(bench, viewers);
  return [
    { what: `${viewers} viewers of one Work: chunk lag, p50`, value: percentile(many.lags, 0.5), unit: 'ms' },
    { what: `${viewers} viewers: chunk lag, p99`, value: percentile(many.lags, 0.99), unit: 'ms' },
    {
      what: `${viewers} viewers: tokens or events lost`,
      value: many.lost,
      unit: 'tokens',
      reach: { most: 0 },
    },
    {
      what: `${viewers} viewers: reads of the log for each event, more than for one viewer`,
      value: many.readsPerEvent - alone.readsPerEvent,
      unit: 'reads',
      // Postgres' statistics come up to a second late.
      reach: { most: 0.15 },
      note: `${many.readsPerEvent.toFixed(2)} and ${alone.readsPerEvent.toFixed(2)}`,
    },
  ];
}

async function watch(
  bench: Bench,
  viewers: number,
): Promise<{ lags: number[]; lost: number; readsPerEvent: number }> {
  const tokens = bench.times(500, 50);
  const db = openDatabase(bench.system.instance().databaseUrl, {
    name: 'bench',
    max: 1,
    onIdleError: () => {},
  });
  try {
    let reads = 0;
    let events = 0;
    const streamed = await streamAtOnce(
      bench,
      { works: 1, viewers, tokens, perSecond: 50 },
      async (delivered) => {
        const [readsBefore, eventsBefore] = [await logReads(db), delivered()];
        await delay((tokens / 50) * 1000 * 0.8);
        reads = (await logReads(db)) - readsBefore;
        events = (delivered() - eventsBefore) / viewers;
      },
    );
    return { ...streamed, readsPerEvent: reads / events };
  } finally {
    await db.destroy();
  }
}

/** How often the log has been read through its key: once for each Work and read. */
async function logReads(db: ReturnType<typeof openDatabase>): Promise<number> {
  const { rows } = await sql<{ scans: string }>`
    select sum(idx_scan)::text as scans from pg_stat_user_indexes where relname = 'events'`.execute(db);
  return Number(rows[0]?.scans ?? 0);
}

/** Of each process of the system, and of this one, which is model and clients. */
function usages({ system }: Bench): Map<Role | 'the bench itself', Usage> {
  const found = new Map<Role | 'the bench itself', Usage>();
  for (const role of ROLES) {
    const pid = system.pid(role);
    found.set(role, role === 'postgres' ? usageOfTree(pid) : usageOf(pid));
  }
  return found.set('the bench itself', usageOf(process.pid));
}
