/**
 * B4: a step with a tool that does next to nothing: from the end of one answer to the next request. Beside the times,
 * what a busy machine changes least: processor time, and what Postgres and Temporal were asked to keep.
 */
import { sql } from 'kysely';
import { openDatabase } from '../../src/db/database.ts';
import { textReply } from '../../src/demo-model/reply.ts';
import { newGuest, openNewWork } from '../client.ts';
import { openTemporal, wholeHistory } from '../history.ts';
import type { Bench, Figure, Measure } from '../measure.ts';
import { cpuOfTree, cpuSince } from '../processes.ts';
import { answersSince, lookAround } from '../replies.ts';
import { percentile } from '../statistics.ts';
import { takeTurn } from '../turn.ts';

const TOOLS = 8;

const SERVING = ['postgres', 'temporal', 'worker', 'api'] as const;

/** A model that answers in no time outruns the workflow; one that takes as long as a fast real one does not. */
const ANSWERS = [
  { how: 'answers at once', delayMs: 0 },
  { how: 'answers in 200 ms', delayMs: 200 },
] as const;

export const b4: Measure = {
  id: 'B4',
  async run(bench) {
    const figures: Figure[] = [];
    for (const answer of ANSWERS) figures.push(...(await toolSteps(bench, answer)));
    return figures;
  },
};

async function toolSteps(
  { model, system, times }: Bench,
  { how, delayMs }: (typeof ANSWERS)[number],
): Promise<Figure[]> {
  model.setScript((request) => ({
    ...(answersSince(request) < TOOLS ? lookAround() : textReply('Done.')),
    delayMs,
  }));
  const account = await newGuest(system.instance().appUrl);
  const steps: number[] = [];
  const turns: number[] = [];
  const warmUp = times(3, 1);
  const measured = times(25, 4);
  let newest = '';
  const used = await watchUse(system);
  for (let turn = -warmUp; turn < measured; turn += 1) {
    if (turn === 0) await used.begin();
    // Each in a Work of its own, so that what the model is told stays as short as it was.
    const { workId, chat } = await openNewWork(account);
    const { sentAt, completedAt } = await takeTurn(chat, 'Look around.');
    await chat.close();
    newest = workId;
    if (turn < 0) continue;
    const requests = model.requests.slice(-TOOLS - 1);
    let stub = 0;
    for (const [index, { receivedAt, endedAt = receivedAt }] of requests.entries()) {
      const next = requests[index + 1];
      stub += endedAt - receivedAt;
      if (next) steps.push(next.receivedAt - endedAt);
    }
    turns.push(completedAt - sentAt - stub);
  }
  // What goes on behind the last turn's end is part of it.
  const temporal = await openTemporal(system.instance().temporalAddress);
  const history = await wholeHistory(temporal, newest);
  await temporal.connection.close();
  const { processor, commits } = await used.end();
  const each = `each of ${measured} turns, model ${how}`;
  return [
    {
      what: `a no-op tool step, model ${how}, p50`,
      value: percentile(steps, 0.5),
      unit: 'ms',
      reach: { most: 25 },
    },
    { what: `a no-op tool step, model ${how}, p99`, value: percentile(steps, 0.99), unit: 'ms' },
    { what: `a turn of ${TOOLS} such steps, model ${how}, p50`, value: percentile(turns, 0.5), unit: 'ms' },
    ...SERVING.map((role) => ({
      what: `${each}: processor time of ${role}`,
      value: ((processor[role] ?? 0) * 1_000) / measured,
      unit: 'ms' as const,
    })),
    { what: `${each}: commits of Postgres`, value: commits / measured, unit: 'commits' },
    { what: `a turn, model ${how}: Temporal's history`, value: history.events, unit: 'events' },
    { what: `a turn, model ${how}: Temporal's history`, value: history.bytes / 1_024, unit: 'KB' },
  ];
}

/** Processor seconds by process, and commits of the app's database, between two moments. */
async function watchUse(system: Bench['system']) {
  const commitsOf = async () => {
    const db = openDatabase(system.instance().databaseUrl, { name: 'bench', max: 1, onIdleError: () => {} });
    const { rows } = await sql<{ commits: number }>`
      select xact_commit as commits from pg_stat_database where datname = current_database()`.execute(db);
    await db.destroy();
    return rows[0]?.commits ?? 0;
  };
  const now = () => new Map(SERVING.map((role) => [role, cpuOfTree(system.pid(role))]));
  let before = now();
  let commitsBefore = 0;
  return {
    async begin() {
      commitsBefore = await commitsOf();
      before = now();
    },
    async end() {
      const processor: Partial<Record<(typeof SERVING)[number], number>> = {};
      for (const [role, ticks] of before) processor[role] = cpuSince(ticks);
      return { processor, commits: (await commitsOf()) - commitsBefore };
    },
  };
}
