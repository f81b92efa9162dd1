/** D11: 1,000 turns in one Work: what a turn costs at the beginning, at turn 100 and at turn 1,000. */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { sql } from 'kysely';
import { updateHistory } from '../../src/activities/reporting/history.ts';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { textReply } from '../../src/demo-model/reply.ts';
import { workflowIdOf } from '../../src/domain/work-names.ts';
import { type Chat, newGuest, openNewWork } from '../client.ts';
import { type Cost, openTemporal, wholeHistory } from '../history.ts';
import type { Figure, Measure } from '../measure.ts';
import { answersSince, lookAround } from '../replies.ts';
import { percentile } from '../statistics.ts';
import { readTheAnswer, type TurnTimes, takeTurn } from '../turn.ts';

/** Turns that are looked at around each place, one after the other. */
const LOOKED_AT = 25;

const ANSWER = 'I looked around, and found what one finds in a folder that nobody has touched.';

interface Place {
  turn: number;
  times: TurnTimes[];
  /** A turn's mean share of the run's history. */
  temporal: Cost;
  log: { rows: number; bytes: number; prunedRows: number; prunedBytes: number };
  history: { ms: number; megabytes: number };
}

export const d11: Measure = {
  id: 'D11',
  async run(bench) {
    const { appUrl, databaseUrl, temporalAddress } = bench.system.instance();
    bench.model.setScript((request) => (answersSince(request) === 0 ? lookAround() : textReply(ANSWER)));
    const client = await openTemporal(temporalAddress);
    const db = openDatabase(databaseUrl, { name: 'bench', max: 1, onIdleError: () => {} });
    const { workId, chat } = await openNewWork(await newGuest(appUrl));
    const looked = bench.times(LOOKED_AT, 3);
    const places: Place[] = [];
    try {
      let turn = 0;
      const go = async (to: number): Promise<TurnTimes[]> => {
        const times: TurnTimes[] = [];
        for (; turn < to; turn += 1) times.push(await oneTurn(chat));
        return times;
      };
      // The first turns of a worker compile what they run.
      await go(looked);
      for (const place of [0, bench.times(100, 10), bench.times(1_000, 30)]) {
        await go(place - looked);
        bench.say(`turn ${turn}`);
        places.push(await lookAt({ client, db, workId, turns: () => go(turn + looked) }));
      }
      const runs = await runsOf(client, workId);
      return [
        ...places.flatMap((place) => figures(place, places[0] as Place)),
        { what: 'runs of the workflow', value: runs, unit: 'runs' },
      ];
    } finally {
      await chat.close();
      await db.destroy();
      await client.connection.close();
    }
  },
};

async function oneTurn(chat: Chat): Promise<TurnTimes> {
  await readTheAnswer();
  return await takeTurn(chat, 'And what do you see now?');
}

async function lookAt(of: {
  client: Client;
  db: Database;
  workId: string;
  turns: () => Promise<TurnTimes[]>;
}): Promise<Place> {
  const { client, db, workId } = of;
  let before = await wholeHistory(client, workId);
  let times = await of.turns();
  let after = await wholeHistory(client, workId);
  // Where a new run began meanwhile, one looks again: what the first run took is in another history.
  while (after.runId !== before.runId) {
    before = after;
    times = await of.turns();
    after = await wholeHistory(client, workId);
  }
  const temporal = {
    events: (after.events - before.events) / times.length,
    bytes: (after.bytes - before.bytes) / times.length,
  };
  const { last_turn: turn } = await db
    .selectFrom('works')
    .select('last_turn')
    .where('id', '=', workId)
    .executeTakeFirstOrThrow();
  const log = await logOf(db, workId, turn);
  await sql`select prune_turn(${workId}::uuid, ${turn}::integer)`.execute(db);
  const pruned = await logOf(db, workId, turn);
  return {
    turn,
    times,
    temporal,
    log: { ...log, prunedRows: pruned.rows, prunedBytes: pruned.bytes },
    history: await historyCost(db, workId),
  };
}

/** Rows of one turn's events and what they take, without the table's own overhead for each. */
async function logOf(db: Database, workId: string, turn: number): Promise<{ rows: number; bytes: number }> {
  const { rows } = await sql<{ rows: number; bytes: number }>`
    select count(*)::integer as rows, coalesce(sum(pg_column_size(e.*)), 0)::integer as bytes
    from events e where work_id = ${workId}::uuid and turn = ${turn}::integer`.execute(db);
  return rows[0] ?? { rows: 0, bytes: 0 };
}

/** Writes the history file once more, elsewhere, and takes the time. */
async function historyCost(db: Database, workId: string): Promise<Place['history']> {
  const folder = await mkdtemp(join(tmpdir(), 'paperagent-bench-history-'));
  try {
    await updateHistory(db, folder, workId);
    const began = performance.now();
    await updateHistory(db, folder, workId);
    const ms = performance.now() - began;
    const { size } = await stat(join(folder, `${workId}.json`));
    return { ms, megabytes: size / 1024 ** 2 };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** How often the workflow continued as new, and once more. */
async function runsOf(client: Client, workId: string): Promise<number> {
  let runs = 0;
  const query = `WorkflowId = '${workflowIdOf(workId)}'`;
  for await (const _run of client.workflow.list({ query })) runs += 1;
  return runs;
}

function figures({ turn, times, temporal, log, history }: Place, first: Place): Figure[] {
  const p50 = (of: (times: TurnTimes) => number, all = times) => percentile(all.map(of), 0.5);
  const toFirst = (t: TurnTimes) => t.firstTokenAt - t.sentAt;
  const toEnd = (t: TurnTimes) => t.completedAt - t.sentAt;
  const at = `turn ${turn}`;
  const ratio = (of: (times: TurnTimes) => number) =>
    `${(p50(of) / p50(of, first.times)).toFixed(2)} x the first`;
  return [
    { what: `${at}: send → first text, p50`, value: p50(toFirst), unit: 'ms', note: ratio(toFirst) },
    { what: `${at}: send → turn.completed, p50`, value: p50(toEnd), unit: 'ms', note: ratio(toEnd) },
    {
      what: `${at}: Temporal's history`,
      value: temporal.events,
      unit: 'events',
      note: `${(temporal.bytes / 1024).toFixed(1)} KB`,
    },
    {
      what: `${at}: rows in the log`,
      value: log.rows,
      unit: 'rows',
      note: `${log.bytes} bytes; pruned ${log.prunedRows} rows, ${log.prunedBytes} bytes`,
    },
    {
      what: `${at}: the history file, written whole after the turn`,
      value: history.ms,
      unit: 'ms',
      note: `${history.megabytes.toFixed(2)} MB`,
    },
  ];
}
