/** D8: the history file is written once a turn, by whoever ended it, and nothing waits for it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { callTool, textReply } from '../../src/demo-model/reply.ts';
import { answersSoFar } from '../support/faults/scripted-turn.ts';
import { heldReply } from '../support/held-reply.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';

let system: TestSystem;

beforeAll(async () => {
  system = await startTestSystem({ script: () => textReply('unused') });
  await sql`create table written (work_id uuid)`.execute(system.db);
  await sql`
    create function note_written() returns trigger language plpgsql as $$
    begin
      insert into written values (new.id);
      return null;
    end $$`.execute(system.db);
  await sql`
    create trigger written after update of history_seq on works for each row execute function note_written()`.execute(
    system.db,
  );
  await system.startWorker();
});

afterAll(() => system.close());

async function writes(workId: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count from written where work_id = ${workId}::uuid`.execute(system.db);
  return rows[0]?.count ?? -1;
}

test('D8: a turn of text, one with a tool and one that was stopped have one write each', async () => {
  system.model.setScript((request) =>
    JSON.stringify(request.messages).includes('stop this')
      ? heldReply('Half ')
      : answersSoFar(request) % 2 === 0
        ? { kind: 'stream', steps: callTool(0, 'x', 'tree', { path: null }) }
        : textReply('Looked.'),
  );
  const { workId, chat } = await system.newChat();
  for (const turn of [1, 2, 3]) {
    chat.say('look');
    await chat.event((event) => event.kind === 'turn.completed' && event.turn === turn, `turn ${turn}`);
    await system.expectSound(workId);
    expect(await writes(workId)).toBe(turn);
  }
  chat.say('stop this');
  await chat.event((event) => event.kind === 'text.delta' && event.text.includes('Half'), 'the first words');
  chat.send({ type: 'stop' });
  await chat.event((event) => event.kind === 'turn.completed' && event.turn === 4, 'the stop');
  await system.expectSound(workId);
  expect(await writes(workId)).toBe(4);
  chat.close();
});
