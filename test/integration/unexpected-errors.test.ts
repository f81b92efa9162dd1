/** R6, D2: what nobody foresaw is tried again a few times; then the turn fails, and the Work goes on. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { type Reply, textReply, toolReply } from '../../src/demo-model/reply.ts';
import { workflowIdOf } from '../../src/domain/work-names.ts';
import { answersSoFar, isCodeAgent } from '../support/faults/scripted-turn.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';

let system: TestSystem;

beforeAll(async () => {
  system = await startTestSystem({ script: () => textReply('unused') });
});

afterAll(() => system.close());

/** Makes the database refuse, at most `times`, that rows of a table become as `when` says; gives how to stop it. */
async function refuse(table: 'claims' | 'tool_calls', when: string, times: number) {
  const { db } = system;
  await sql`create sequence refusals`.execute(db);
  await sql
    .raw(
      `create function refuse() returns trigger language plpgsql as $$
       begin
         if ${when} then
           if nextval('refusals') <= ${times} then raise exception 'refused by the test'; end if;
         end if;
         return new;
       end $$;
       create trigger refuse before update on ${table} for each row execute function refuse()`,
    )
    .execute(db);
  return async () => {
    await sql
      .raw(`drop trigger refuse on ${table}; drop function refuse; drop sequence refusals`)
      .execute(db);
  };
}

test("D2, R6: a code agent whose end cannot be stored fails the turn after five tries, and the Work's workflow goes on", async () => {
  const worker = await system.startWorker();
  system.model.setScript((request) => {
    if (isCodeAgent(request) || answersSoFar(request) > 0) return textReply('It is done.');
    return toolReply([{ name: 'code_agent', arguments: { task: 'Nothing.' } }]);
  });
  const { workId, chat } = await system.newChat();
  const heal = await refuse('tool_calls', "new.name = 'code_agent' and new.state = 'ok'", 1_000);
  chat.say('go');
  expect(await chat.event(({ kind }) => kind === 'turn.completed', 'the end')).toMatchObject({
    outcome: 'failed',
    error: { code: 'internal_error' },
  });
  const failures = worker.lines.filter((line) => line.includes('"activity":"finishCodeAgent"'));
  expect(failures).toHaveLength(5);
  await heal();
  chat.say('go on');
  await chat.event((event) => event.kind === 'turn.completed' && event.turn === 2, 'the second end');
  const { runId } = await system.temporal.workflow.getHandle(workflowIdOf(workId)).describe();
  const runs: string[] = [];
  const query = `WorkflowId = '${workflowIdOf(workId)}'`;
  for await (const run of system.temporal.workflow.list({ query })) runs.push(run.runId);
  expect(runs).toEqual([runId]);
  chat.close();
  await system.expectSound(workId);
  await worker.signal('SIGTERM');
});

test("R6: waits for the model are none of a step's unexpected errors", async () => {
  const worker = await system.startWorker();
  const busy: Reply = { kind: 'http', status: 429, headers: { 'retry-after': '0' } };
  let calls = 0;
  system.model.setScript(() => {
    calls += 1;
    return calls <= 5 ? busy : textReply('At last.');
  });
  const { workId, chat } = await system.newChat();
  const heal = await refuse('claims', "new.state = 'done'", 1);
  chat.say('go');
  expect(await chat.event(({ kind }) => kind === 'turn.completed', 'the end')).toMatchObject({
    outcome: 'done',
  });
  await heal();
  chat.close();
  await system.expectSound(workId);
  await worker.signal('SIGTERM');
});
