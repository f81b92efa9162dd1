/** Issue 8.6, R2: idle Works are archived, and whatever happens to them next goes on as if they never were. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { claimStalledWorks, noteArchived, worksToArchive, worksWithOldHistory } from '../../src/db/sweeps.ts';
import { textReply } from '../../src/demo-model/reply.ts';
import { archiveWork } from '../../src/temporal/work-client.ts';
import { archive, leaveAlone, sweepIdleWorks, untilWorkflowEnded } from '../support/archiving.ts';
import type { ChatClient } from '../support/chat-client.ts';
import type { AppProcess } from '../support/child-process.ts';
import { withTestDatabase } from '../support/database.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';
import { workflowOf } from '../support/workflow-of.ts';
import { makeWork, ofKind, queueMessage } from '../support/works.ts';

let system: TestSystem;
let worker: AppProcess;

beforeAll(async () => {
  system = await startTestSystem({ script: () => textReply('Yes.') });
  worker = await system.startWorker();
});
afterAll(() => system.close());

const endOf = (chat: ChatClient, turn: number) =>
  chat.event((event) => event.kind === 'turn.completed' && event.turn === turn, `the end of turn ${turn}`);

/** A Work that has had its first turn and waits. */
async function idleWork() {
  const begun = await system.newChat();
  begun.chat.say('Are you there?');
  await endOf(begun.chat, 1);
  const handle = await workflowOf(system.temporal, begun.workId);
  await system.expectSound(begun.workId);
  return { ...begun, handle };
}

test('issue 8.6, R2: a Work left alone for WORK_ARCHIVE_DAYS is archived by a worker; it reads as before, and a message starts it anew', async () => {
  const { account, workId, chat, handle } = await idleWork();
  const { runId } = await handle.describe();
  const calls = system.model.count();
  await leaveAlone(system.db, workId);
  const archiver = await system.startWorker({ WORK_ARCHIVE_DAYS: '39' });
  await untilWorkflowEnded(system.temporal, workId);
  await archiver.line((line) => line.includes('idle works were archived'), 'it said so');
  await system.expectSound(workId);

  const shown = await system.request(account, 'GET', `/api/works/${workId}/messages`);
  expect(((await shown.json()) as { items: unknown[] }).items).toHaveLength(2);
  const view = await system.request(account, 'GET', `/api/works/${workId}/workflow`);
  expect(await view.json()).toMatchObject({ runId, status: 'COMPLETED' });

  const said = chat.say('And now?');
  expect(await endOf(chat, 2)).toMatchObject({ outcome: 'done' });
  expect(ofKind(chat.events, 'turn.started').map(({ messageIds }) => messageIds)).toContainEqual([said]);
  expect(system.model.count()).toBe(calls + 1);
  await system.expectSound(workId);
  expect((await handle.describe()).runId).not.toBe(runId);
  chat.close();
  await archiver.signal('SIGTERM');
});

test('issue 8.6, D1: a message that comes at the very moment of archiving is answered exactly once', async () => {
  const { workId, chat } = await idleWork();
  const calls = system.model.count();
  const rest = () => archiveWork(system.temporal, workId);
  const ways: ((say: () => void) => Promise<void>)[] = [
    async (say) => {
      const resting = rest();
      say();
      await resting;
    },
    async (say) => {
      say();
      await rest();
    },
    async (say) => {
      await rest();
      say();
    },
  ];
  const said: string[] = [];
  for (let round = 0; round < 15; round += 1) {
    await ways[round % ways.length]?.(() => said.push(chat.say(`message ${round}`)));
    await endOf(chat, round + 2);
  }
  const answered = ofKind(chat.events, 'turn.started').flatMap(({ messageIds }) => messageIds);
  expect(answered.slice(1)).toEqual(said);
  expect(system.model.count()).toBe(calls + said.length);
  // A rest that came after a turn's end may have ended the last run, and no row says that: one message more.
  chat.say('the last');
  await endOf(chat, 17);
  await system.expectSound(workId);
  chat.close();
}, 90_000);

test('issue 8.6, D1: of a rest and a wake that a workflow hears of at once the wake wins, whichever came first', async () => {
  const works = [await idleWork(), await idleWork()];
  const calls = system.model.count();
  await worker.signal('SIGKILL');
  for (const [index, { workId, chat }] of works.entries()) {
    if (index === 0) await archiveWork(system.temporal, workId);
    const said = chat.say('Still there?');
    await chat.frame(({ type, id }) => type === 'ack' && id === said, 'its ack');
    if (index === 1) await archiveWork(system.temporal, workId);
  }
  const runs = await Promise.all(works.map(async ({ handle }) => (await handle.describe()).runId));
  worker = await system.startWorker();
  for (const [index, { workId, chat, handle }] of works.entries()) {
    expect(await endOf(chat, 2)).toMatchObject({ outcome: 'done' });
    await system.expectSound(workId);
    expect((await handle.describe()).runId).toBe(runs[index]);
    chat.close();
  }
  expect(system.model.count()).toBe(calls + works.length);
});

test('issue 8.6: an archived Work is left in peace until something happens in it, and is archived again after that', async () => {
  const { workId, chat } = await idleWork();
  await archive(system, workId);
  const archivedAt = () =>
    system.db.selectFrom('works').select('archived_at').where('id', '=', workId).executeTakeFirstOrThrow();
  const first = await archivedAt();
  await sweepIdleWorks(system);
  expect(await archivedAt()).toEqual(first);
  chat.say('Are you there?');
  await endOf(chat, 2);
  await system.expectSound(workId);
  // As long ago as its archiving, or longer.
  await sql`update works set archived_at = archived_at - interval '90 days' where id = ${workId}`.execute(
    system.db,
  );
  await archive(system, workId);
  await system.expectSound(workId);
  chat.close();
});

test('issue 8.6: what runs, waits for a turn, is being deleted, or changed meanwhile is not archived', async () => {
  await withTestDatabase(async (url) => {
    await withDatabase(url, async (db) => {
      const works = Object.fromEntries(
        await Promise.all(
          ['left', 'fresh', 'queued', 'running', 'deleted'].map(async (name) => [name, await makeWork(db)]),
        ),
      ) as Record<string, Awaited<ReturnType<typeof makeWork>>>;
      const idOf = (name: string) => works[name]?.workId ?? '';
      const set = (name: string, column: 'running_turn' | 'deleted_at', value: unknown) =>
        sql`update works set ${sql.ref(column)} = ${value} where id = ${idOf(name)}`.execute(db);
      await queueMessage(db, works.queued as Awaited<ReturnType<typeof makeWork>>, 'hello');
      await set('running', 'running_turn', 1);
      await set('deleted', 'deleted_at', new Date());
      for (const name of Object.keys(works)) if (name !== 'fresh') await leaveAlone(db, idOf(name));
      const found = () => worksToArchive(db, { days: 30, limit: 10 });
      expect(await found()).toEqual([idOf('left')]);
      await noteArchived(db, [idOf('left'), idOf('fresh')], 30);
      expect(await found()).toEqual([]);
      const noted = await db.selectFrom('works').select('id').where('archived_at', 'is not', null).execute();
      expect(noted).toEqual([{ id: idOf('left') }]);
    });
  });
});

test('what jobs look for every few seconds they find by indexes, however many Works there are', async () => {
  await withTestDatabase(async (url) => {
    await withDatabase(url, async (db) => {
      const { ownerId } = await makeWork(db);
      await sql`
        insert into works (owner_id, title, last_turn, last_seq, history_seq, ended_seq, archived_at, updated_at)
        select ${ownerId}::uuid, 'one of many', 1, 9, 9, 9, now(), now() - make_interval(days => 1 + n % 90)
        from generate_series(1, 5000) n`.execute(db);
      await sql`analyze works`.execute(db);
      const scans = async () => {
        await sql`select pg_stat_force_next_flush()`.execute(db);
        const { rows } = await sql<{ scans: number }>`
          select seq_scan::integer as scans from pg_stat_user_tables where relname = 'works'`.execute(db);
        return rows[0]?.scans;
      };
      const before = await scans();
      expect(await worksWithOldHistory(db)).toEqual([]);
      expect(await worksToArchive(db, { days: 30, limit: 100 })).toEqual([]);
      expect(await claimStalledWorks(db, { quietMs: 3_000, againMs: 10_000 })).toEqual([]);
      expect(await scans()).toBe(before);
      expect(await db.selectFrom('works').select('title').where('title', '=', 'none').execute()).toEqual([]);
      // This test can fail: that one looked at all of them.
      expect(await scans()).toBe((before ?? 0) + 1);
    });
  });
});

/** One connection, whose statistics are told at once. */
async function withDatabase(url: string, use: (db: Database) => Promise<void>): Promise<void> {
  const db = openDatabase(url, { name: 'test', max: 1, onIdleError: () => {} });
  try {
    await use(db);
  } finally {
    await db.destroy();
  }
}
