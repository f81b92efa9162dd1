/**
 * A Postgres that ends all sessions because one of its processes died recovers under the same postmaster. Workers
 * that live through it are not taken for dead (R4, D6).
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { textReply } from '../../src/demo-model/reply.ts';
import { postgresGraceOver } from '../support/clock.ts';
import { OWN_NAMESPACE, type OwnServers, startOwnServers } from '../support/faults/own-servers.ts';
import { heldReply } from '../support/held-reply.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';
import { until } from '../support/until.ts';
import { ofKind } from '../support/works.ts';

let servers: OwnServers;
let system: TestSystem;

beforeAll(async () => {
  servers = await startOwnServers();
  system = await startTestSystem({
    script: () => textReply('unused'),
    servers: servers.addresses,
    namespace: OWN_NAMESPACE,
  });
  await servers.checkpoint();
});

afterAll(async () => {
  await system?.close();
  await servers?.close();
});

/** Whether a worker that renewed its lease just now, but holds no lock, counts as alive. */
async function isSpared(): Promise<boolean> {
  const id = randomUUID();
  await sql`insert into workers (id, host, pid, renewed_at, started_at)
    values (${id}::uuid, 'nowhere', 1, pa_now(), pa_now() - interval '1 minute')`.execute(system.db);
  const { rows } = await sql<{ alive: boolean }>`
    select worker_alive(${id}::uuid) as alive`.execute(system.db);
  await sql`delete from workers where id = ${id}::uuid`.execute(system.db);
  return rows[0]?.alive ?? false;
}

test('R4, D6: sessions that crash with Postgres are no deaths, and the turn streams on with its one call', async () => {
  const worker = await system.startWorker();
  const { promise: goOn, resolve: open } = Promise.withResolvers<void>();
  let calls = 0;
  system.model.setScript(() => {
    calls += 1;
    return heldReply('Before the crash, ', goOn, 'and after it.');
  });
  const { account, workId, chat } = await system.newChat(0);
  chat.say('hello');
  await chat.event(({ kind }) => kind === 'text.delta', 'the first token');
  await postgresGraceOver(system.db);
  expect(await isSpared()).toBe(false);

  const before = await system.db.selectFrom('workers').select('id').execute();
  await servers.crashPostgresSession();
  await until(
    () => isSpared().catch(() => false),
    'a lock that nobody had the time to take again was no death',
    3_000,
  );
  await postgresGraceOver(system.db);
  expect(await isSpared()).toBe(false);
  expect(await system.db.selectFrom('workers').select('id').execute()).toEqual(before);
  open();

  const end = await (await system.chat(account, workId, 0)).event(
    ({ kind }) => kind === 'turn.completed',
    'the end',
  );
  expect(end).toMatchObject({ outcome: 'done' });
  expect(calls).toBe(1);
  expect(ofKind(chat.events, 'step.superseded')).toEqual([]);
  chat.close();
  await system.expectSound(workId);
  await worker.signal('SIGTERM');
});
