/** DATABASE_URL by PgBouncer in transaction mode, DATABASE_DIRECT_URL straight: the whole system, and what it needs. */
import { expect } from '@jest/globals';
import { sql } from 'kysely';
import { openDatabase } from '../../src/db/database.ts';
import { openSession } from '../../src/db/listener.ts';
import { migrateToLatest } from '../../src/db/migrate.ts';
import { textReply } from '../../src/demo-model/reply.ts';
import { withTestDatabase } from '../support/database.ts';
import { testWith } from '../support/needs.ts';
import { type PgBouncer, startPgBouncer } from '../support/pgbouncer.ts';
import { startTestSystem } from '../support/system.ts';
import { withTemporaryFolder } from '../support/temporary-folder.ts';

const testWithPgBouncer = testWith('pgbouncer');

testWithPgBouncer(
  'a turn is answered and streamed by three sessions of Postgres that everybody shares',
  async () => {
    await withTemporaryFolder(async (folder) => {
      let bouncer: PgBouncer | undefined;
      const direct: Record<string, string> = {};
      const system = await startTestSystem({
        script: () => textReply('The answer.'),
        env: direct,
        databaseVia: async (url) => {
          bouncer = await startPgBouncer(folder, url, 3);
          direct.DATABASE_DIRECT_URL = url;
          return bouncer.url;
        },
      });
      try {
        await system.startWorker();
        const chats = await Promise.all([1, 2, 3, 4, 5].map(() => system.newChat()));
        for (const { chat } of chats) chat.say('What comes?');
        for (const { workId, chat } of chats) {
          const end = await chat.event(({ kind }) => kind === 'turn.completed', 'the end');
          expect(end).toMatchObject({ outcome: 'done' });
          await system.expectSound(workId);
        }
      } finally {
        await system.close();
        await bouncer?.close();
      }
    });
  },
);

testWithPgBouncer('R5: sessions behind it have the settings that ours have', async () => {
  await withTemporaryFolder((folder) =>
    withTestDatabase(async (url) => {
      await migrateToLatest(url);
      const bouncer = await startPgBouncer(folder, url, 1);
      const db = openDatabase(bouncer.url, { name: 'test', max: 2, onIdleError: () => {} });
      try {
        const { rows } = await sql<{ lock: string; idle: string }>`
          select current_setting('lock_timeout') as lock,
            current_setting('idle_in_transaction_session_timeout') as idle`.execute(db);
        expect(rows).toEqual([{ lock: '15s', idle: '15s' }]);
      } finally {
        await db.destroy();
        await bouncer.close();
      }
    }),
  );
});

testWithPgBouncer('a session that would LISTEN there is refused, and told what to set', async () => {
  await withTemporaryFolder((folder) =>
    withTestDatabase(async (url) => {
      const bouncer = await startPgBouncer(folder, url, 2);
      const none = () => {};
      const opened = openSession({
        ...{ url: bouncer.url, name: 'test', channels: ['pa_test'] },
        ...{ onConnect: none, onNotification: none, onBroken: none },
      });
      try {
        await expect(opened).rejects.toThrow(/keeps no sessions: set DATABASE_DIRECT_URL/);
      } finally {
        await bouncer.close();
      }
    }),
  );
});
