/**
 * R9: an activity that a worker was given and had not claimed when it died is noticed at once, by Temporal's word
 * that this worker has it, and does not wait for its heartbeat to time out.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { NativeConnection, Worker } from '@temporalio/worker';
import { claimStep } from '../../src/db/steps.ts';
import { textReply, toolReply } from '../../src/demo-model/reply.ts';
import { codeWorkflowIdOf, workflowIdOf } from '../../src/domain/work-names.ts';
import { buildWorkflowBundle } from '../../src/setup/workflow-bundle.ts';
import type { AppProcess } from '../support/child-process.ts';
import { type GatePlace, setGate } from '../support/faults/gate.ts';
import { pointNamed } from '../support/faults/points.ts';
import { answersSoFar, isCodeAgent, scriptedTurn } from '../support/faults/scripted-turn.ts';
import { testServers } from '../support/servers.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';
import { until } from '../support/until.ts';
import { ofKind, queueMessage } from '../support/works.ts';

let system: TestSystem;

beforeAll(async () => {
  system = await startTestSystem({ script: scriptedTurn });
});

afterAll(() => system?.close());

/** Kills the worker while the statement at that place waits, so that nothing of it is stored. */
async function killAt(workId: string, place: GatePlace, go: () => Promise<unknown>): Promise<void> {
  const worker = await system.startWorker();
  const gate = await setGate(system.databaseUrl, workId, place);
  await go();
  await gate.reached();
  await worker.signal('SIGKILL');
  await gate.abort();
  await gate.remove();
}

/** Resolves when one of the processes that look for dead workers has failed an activity of this workflow. */
async function noticed(workflowId: string, next: AppProcess): Promise<void> {
  const fits = (line: string) => line.includes('its activity is tried again') && line.includes(workflowId);
  const what = 'the lost activity was noticed';
  await Promise.race([system.api.line(fits, what), next.line(fits, what)]);
}

// A file tool, or a step, may have been started eagerly, ahead of its activity (eager-start.ts); a run of code never is.
test('R9: a run of code that its worker had not claimed when it was killed is tried again at once', async () => {
  system.model.setScript(scriptedTurn);
  const { workId, chat } = await system.newChat();
  await killAt(workId, pointNamed('run claimed').place, async () => chat.say('go'));
  const next = await system.startWorker();
  const agent = ofKind(chat.events, 'tool.called').find(({ name }) => name === 'code_agent');
  await noticed(codeWorkflowIdOf(agent?.toolCallId ?? ''), next);
  expect(await chat.event(({ kind }) => kind === 'turn.completed', 'the end')).toMatchObject({
    outcome: 'done',
  });
  chat.close();
  await system.expectSound(workId);
  await next.signal('SIGTERM');
});

test('R9, D9: killed as it ends a stopped turn, it is tried again because its worker died', async () => {
  system.model.setScript((request) => {
    if (isCodeAgent(request) || answersSoFar(request) > 0) return { kind: 'silence' };
    return toolReply([{ name: 'code_agent', arguments: { task: 'Wait.' } }]);
  });
  const { workId, chat } = await system.newChat();
  await killAt(workId, pointNamed('turn completed').place, async () => {
    chat.say('go');
    await chat.event((event) => event.kind === 'step.started' && event.agent !== 'main', 'the code agent');
    chat.send({ type: 'stop' });
  });
  system.model.setScript(() => textReply('unused'));
  const next = await system.startWorker();
  expect(await chat.event(({ kind }) => kind === 'turn.completed', 'the end')).toMatchObject({
    outcome: 'stopped',
  });
  await noticed(workflowIdOf(workId), next);
  chat.close();
  await system.expectSound(workId);
  await next.signal('SIGTERM');
});

test('R4, D2: a claim that its worker was never told of is given up by it, and another one makes the step', async () => {
  const [holder, other] = [await system.startWorker(), await system.startWorker()];
  const { workerId } = JSON.parse(await holder.line((line) => line.includes('worker is up'), 'it was up'));
  system.model.setScript(() => textReply('Here it is.'));
  const { workId, chat } = await system.newChat();
  const { owner_id: ownerId } = await system.db
    .selectFrom('works')
    .select('owner_id')
    .where('id', '=', workId)
    .executeTakeFirstOrThrow();
  // As where the answer to its statement was lost: nobody hears of the message before it is claimed.
  await system.db.transaction().execute(async (all) => {
    await queueMessage(all, { workId, ownerId }, 'go');
    const first = { workId, turn: null, agent: 'main', step: null, model: 'test' };
    const claim = await claimStep(all, first, { workerId, workflowId: '', activityId: '' });
    expect(claim.kind).toBe('claimed');
  });
  await holder.line((line) => line.includes('a claim was orphaned here'), 'it was given up');
  expect(await chat.event(({ kind }) => kind === 'turn.completed', 'the end')).toMatchObject({
    outcome: 'done',
  });
  expect(ofKind(chat.events, 'step.superseded')).toHaveLength(1);
  chat.close();
  await system.expectSound(workId);
  await Promise.all([holder.signal('SIGTERM'), other.signal('SIGTERM')]);
});

test('R4: a worker that was created asks for no work before it runs: a spare takes none from the one that serves', async () => {
  const { namespace } = system.temporal.options;
  const taskQueue = 'of-a-spare';
  const workflowBundle = await buildWorkflowBundle();
  // Each with a connection of its own, as processes have it.
  const created = async (identity: string) => {
    const connection = await NativeConnection.connect({ address: testServers().temporalAddress });
    const worker = await Worker.create({
      ...{ connection, namespace, taskQueue, identity, workflowBundle },
      activities: { act: async () => {} },
    });
    return { connection, worker };
  };
  const [spare, serving] = [await created('spare'), await created('serving')];
  const served = serving.worker.run();
  try {
    for (const taskQueueType of [1, 2]) {
      const asking = async () => {
        const { pollers } = await system.temporal.workflowService.describeTaskQueue({
          ...{ namespace, taskQueueType, taskQueue: { name: taskQueue } },
        });
        return (pollers ?? []).map(({ identity }) => identity);
      };
      await until(async () => (await asking()).length > 0, 'one asked for work', 60_000);
      expect(new Set(await asking())).toEqual(new Set(['serving']));
    }
  } finally {
    const never = spare.worker.run();
    for (const { worker } of [spare, serving]) worker.shutdown();
    await Promise.all([served, never]);
    for (const { connection } of [spare, serving]) await connection.close();
  }
});
