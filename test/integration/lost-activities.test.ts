/**
 * R9: an activity that a worker was given and had not claimed when it died is noticed at once, by Temporal's word
 * that this worker has it, and does not wait for its heartbeat to time out.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { textReply, toolReply } from '../../src/demo-model/reply.ts';
import { codeWorkflowIdOf, workflowIdOf } from '../../src/domain/work-names.ts';
import { type GatePlace, setGate } from '../support/faults/gate.ts';
import { pointNamed } from '../support/faults/points.ts';
import { answersSoFar, isCodeAgent, scriptedTurn } from '../support/faults/scripted-turn.ts';
import { testServers } from '../support/servers.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';
import { until } from '../support/until.ts';
import { ofKind } from '../support/works.ts';

let system: TestSystem;
let connection: Connection;

beforeAll(async () => {
  system = await startTestSystem({ script: scriptedTurn });
  connection = await Connection.connect({ address: testServers().temporalAddress });
});

afterAll(async () => {
  await connection?.close();
  await system?.close();
});

/** What Temporal says of why activities of this workflow had to be tried again. */
async function retriesOf(workflowId: string): Promise<(string | undefined)[]> {
  const client = new Client({ connection, namespace: system.namespace });
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).flatMap(({ activityTaskStartedEventAttributes: started }) => {
    const failure = started?.lastFailure;
    if (!failure) return [];
    return [failure.applicationFailureInfo?.type ?? failure.message ?? undefined];
  });
}

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

test.each(['tool claimed', 'step claimed', 'run claimed'])(
  'R9: killed before the statement of "%s", it is tried again because its worker died',
  async (point) => {
    system.model.setScript(scriptedTurn);
    const account = await system.guest();
    const workId = await system.newWork(account);
    const chat = await system.chat(account, workId);
    await killAt(workId, pointNamed(point).place, async () => chat.say('go'));
    const next = await system.startWorker();
    expect(await chat.event(({ kind }) => kind === 'turn.completed', 'the end')).toMatchObject({
      outcome: 'done',
    });
    const agent = ofKind(chat.events, 'tool.called').find(({ name }) => name === 'code_agent');
    const workflowId =
      point === 'run claimed' ? codeWorkflowIdOf(agent?.toolCallId ?? '') : workflowIdOf(workId);
    await until(async () => (await retriesOf(workflowId)).length > 0, 'an activity was tried again');
    expect(await retriesOf(workflowId)).toContain('worker_lost');
    chat.close();
    await system.expectSound(workId);
    await next.signal('SIGTERM');
  },
);

test('R9, D9: killed as it ends a stopped turn, it is tried again because its worker died', async () => {
  system.model.setScript((request) => {
    if (isCodeAgent(request) || answersSoFar(request) > 0) return { kind: 'silence' };
    return toolReply([{ name: 'code_agent', arguments: { task: 'Wait.' } }]);
  });
  const account = await system.guest();
  const workId = await system.newWork(account);
  const chat = await system.chat(account, workId);
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
  // The turn has ended a moment before the activity that ended it.
  await until(async () => (await retriesOf(workflowIdOf(workId))).length > 0, 'the activity was tried again');
  expect(await retriesOf(workflowIdOf(workId))).toContain('worker_lost');
  chat.close();
  await system.expectSound(workId);
  await next.signal('SIGTERM');
});
