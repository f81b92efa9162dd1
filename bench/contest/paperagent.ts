/** PaperAgent itself as a contestant, over its WebSocket, in the system that all benchmarks measure. */
import pg from 'pg';
import type { BenchSystem } from '../../scripts/support/own-system.ts';
import { createClient } from '../../src/db/database.ts';
import { type Account, type Chat, newGuest, newWork, openChat } from '../client.ts';
import { openTemporal, wholeHistory } from '../history.ts';
import { until } from '../until.ts';
import type { Contestant } from './contestant.ts';

/** What a turn goes through; the bundled model is not among them. */
const SERVING = ['postgres', 'temporal', 'worker', 'api'] as const;

export async function paperAgent(system: BenchSystem): Promise<Contestant> {
  const account: Account = await newGuest(system.instance().appUrl);
  const chats = new Map<string, Chat>();
  let victim = 0;
  return {
    name: 'PaperAgent',
    tool: 'tree',
    async open() {
      const workId = await newWork(account);
      chats.set(workId, await openChat(account, workId));
      return workId;
    },
    async turn(workId, text, watcher) {
      const chat = chats.get(workId);
      if (chat === undefined) throw new Error(`the Work ${workId} is not open`);
      const forget = chat.listen(({ at, frame }) => {
        if (frame.type !== 'event') return;
        if (frame.kind === 'text.delta') watcher.onText(frame.text, at);
        if (frame.kind === 'step.superseded') watcher.onRestart();
      });
      const completed = chat.nextEvent('turn.completed');
      const { at: sentAt } = chat.say(text);
      const { at: completedAt } = await completed;
      forget();
      chats.delete(workId);
      await chat.close();
      return { sentAt, completedAt };
    },
    pids: () => SERVING.map((role) => system.pid(role)),
    async kill() {
      victim = system.pid('worker');
      process.kill(victim, 'SIGKILL');
    },
    async recovered() {
      await until(
        () => {
          const { worker } = system.instance().pids;
          return worker !== undefined && worker !== victim ? worker : undefined;
        },
        { what: 'another worker', withinMs: 30_000 },
      );
    },
    async stored(workId) {
      const { databaseUrl, temporalAddress } = system.instance();
      const temporal = await openTemporal(temporalAddress);
      try {
        const rows = await rowsOf(databaseUrl, workId);
        const history = await wholeHistory(temporal, workId);
        return {
          items: rows.items + history.events,
          bytes: rows.bytes + history.bytes,
          unit: `rows and events (${history.events} of Temporal's)`,
        };
      } finally {
        await temporal.connection.close();
      }
    },
    // The system is the benchmark's.
    stop: async () => {},
  };
}

async function rowsOf(databaseUrl: string, workId: string): Promise<{ items: number; bytes: number }> {
  const client = createClient({ connectionString: databaseUrl });
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(
      `select table_name as name from information_schema.columns
       where table_schema = 'public' and column_name = 'work_id'`,
    );
    const total = { items: 0, bytes: 0 };
    for (const { name } of tables.rows) {
      const { rows } = await client.query<{ items: number; bytes: number }>(
        `select count(*)::int as items, coalesce(sum(pg_column_size(t.*)), 0)::int as bytes
         from ${pg.escapeIdentifier(name)} t where work_id::text = $1`,
        [workId],
      );
      total.items += rows[0]?.items ?? 0;
      total.bytes += rows[0]?.bytes ?? 0;
    }
    return total;
  } finally {
    await client.end();
  }
}
