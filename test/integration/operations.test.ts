/** What an operator does to a Work in Temporal's UI, and what becomes of the conversation (docs/operations.md; F17, R2). */
import { randomUUID } from 'node:crypto';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { callTool, type Reply, type Script, type Step, say, textReply } from '../../src/demo-model/reply.ts';
import { workflowIdOf } from '../../src/domain/work-names.ts';
import type { WorkState } from '../../src/workflows/messages.ts';
import type { AppProcess } from '../support/child-process.ts';
import { answersSoFar } from '../support/faults/scripted-turn.ts';
import { startTestSystem, type TestAccount, type TestSystem } from '../support/system.ts';
import { until } from '../support/until.ts';
import { workflowOf } from '../support/workflow-of.ts';
import { ofKind } from '../support/works.ts';

let system: TestSystem;
let account: TestAccount;
let worker: AppProcess;

beforeAll(async () => {
  system = await startTestSystem({ script: () => textReply('unused') });
  account = await system.guest();
  worker = await system.startWorker();
});
afterAll(() => system.close());

/** A turn of two steps, a note and an answer; the step named waits in its middle until `go`. */
function turnThatWaits(where: 'note' | 'answer') {
  const gone = Promise.withResolvers<void>();
  const note = callTool(0, 'call', 'writemd', { file: 'notes.md', content: 'One line.\n', mode: 'append' });
  const steps = async function* (step: 'note' | 'answer'): AsyncGenerator<Step> {
    yield* say('The first half');
    if (step === where) await gone.promise;
    yield* step === 'note' ? note : say(' and the second.');
  };
  const script: Script = (request): Reply => ({
    kind: 'stream',
    steps: steps(answersSoFar(request) === 0 ? 'note' : 'answer'),
  });
  return { script, go: gone.resolve };
}

async function workInItsMiddle(where: 'note' | 'answer') {
  const { script, go } = turnThatWaits(where);
  system.model.setScript(script);
  const calls = system.model.count();
  const workId = await system.newWork(account);
  const chat = await system.chat(account, workId);
  chat.say('Write a note.');
  const step = where === 'note' ? 1 : 2;
  await chat.event((event) => event.kind === 'step.started' && event.step === step, 'the step');
  const handle = await workflowOf(system.temporal, workId);
  return { workId, chat, go, handle, callsMade: () => system.model.count() - calls };
}

const statusOf = async (query: string) => {
  const ids: string[] = [];
  for await (const { workflowId } of system.temporal.workflow.list({ query })) ids.push(workflowId);
  return ids;
};

async function notesOf(workId: string): Promise<string> {
  return await (await system.request(account, 'GET', `/api/works/${workId}/files/notes.md`)).text();
}

test('F17: a Work in a turn is found by its status, and says which step it is at', async () => {
  const { workId, chat, go, handle } = await workInItsMiddle('answer');
  const running = `PaperAgentWork = "${workId}" AND PaperAgentStatus = "running"`;
  await until(async () => (await statusOf(running)).length === 1, 'it is listed as running');
  expect(await statusOf(running)).toEqual([workflowIdOf(workId)]);
  const isAtTheAnswer = async () => {
    const { phase, turn, step } = await handle.query<WorkState>('state');
    return phase === 'model' && turn === 1 && step === 2;
  };
  await until(isAtTheAnswer, 'it says which step it is at');
  go();
  await chat.event(({ kind }) => kind === 'turn.completed', 'the end');
  const idle = `PaperAgentWork = "${workId}" AND PaperAgentStatus = "idle"`;
  await until(async () => (await statusOf(idle)).length === 1, 'it is listed as idle');
  chat.close();
});

test('R2, D5, D6: a workflow that is reset in the middle of a turn goes on with that turn, and repeats nothing', async () => {
  const { workId, chat, go, handle, callsMade } = await workInItsMiddle('answer');
  const { runId } = await handle.describe();
  const { history } = await system.temporal.workflowService.getWorkflowExecutionHistory({
    namespace: system.namespace,
    execution: { workflowId: workflowIdOf(workId) },
  });
  // The first completed workflow task: everything after it is to be done again.
  const task = history?.events?.find((event) => event.workflowTaskCompletedEventAttributes);
  await system.temporal.workflowService.resetWorkflowExecution({
    namespace: system.namespace,
    workflowExecution: { workflowId: workflowIdOf(workId), runId },
    workflowTaskFinishEventId: task?.eventId as never,
    reason: 'a test',
    requestId: randomUUID(),
  });
  const again = await handle.describe();
  expect(again.runId).not.toBe(runId);
  go();
  const end = await chat.event(({ kind }) => kind === 'turn.completed', 'the end');
  expect(end).toMatchObject({ turn: 1, outcome: 'done' });
  expect(ofKind(chat.events, 'tool.called')).toHaveLength(1);
  expect(await notesOf(workId)).toBe('One line.\n');
  // The stored answer of step 1 is not asked for again; the one in flight is joined, or made once more.
  expect(callsMade()).toBeLessThanOrEqual(3);
  await system.expectSound(workId);
  chat.close();
});

test.each([
  ['terminated', 'terminate'],
  ['cancelled', 'cancel'],
] as const)(
  'R2, D1: a workflow that is %s in the middle of a turn costs no message: the turn ends as it would have',
  async (_what, end) => {
    const { workId, chat, go, handle, callsMade } = await workInItsMiddle('note');
    await handle[end]();
    go();
    // Workers go on with what they began; what needs a workflow finds another, started from the rows.
    const completed = await chat.event(({ kind }) => kind === 'turn.completed', 'the end');
    expect(completed).toMatchObject({ turn: 1, outcome: 'done' });
    expect(ofKind(chat.events, 'tool.completed')).toMatchObject([{ ok: true }]);
    expect(await notesOf(workId)).toBe('One line.\n');
    // D6: no more than the call in flight is made again.
    expect(callsMade()).toBeLessThanOrEqual(3);
    system.model.setScript(() => textReply('Here.'));
    chat.say('Are you there?');
    const next = await chat.event((event) => event.kind === 'turn.completed' && event.turn === 2, 'turn 2');
    expect(next).toMatchObject({ outcome: 'done' });
    await system.expectSound(workId);
    chat.close();
  },
);

test('R2: a workflow that is terminated between turns is missed by nobody: the next message starts another', async () => {
  system.model.setScript(() => textReply('Here.'));
  const workId = await system.newWork(account);
  const chat = await system.chat(account, workId);
  for (const turn of [1, 2]) {
    chat.say('Are you there?');
    await chat.event((event) => event.kind === 'turn.completed' && event.turn === turn, `turn ${turn}`);
    if (turn === 1) await (await workflowOf(system.temporal, workId)).terminate('a test');
  }
  await system.expectSound(workId);
  chat.close();
});

test('R6: while the volume of the workspaces is away a call waits, and it is made once when the volume is back', async () => {
  const { workId, chat, go } = await workInItsMiddle('note');
  const workspaces = path.join(system.dataDir, 'workspaces');
  const calls = ofKind(chat.events, 'tool.completed').length;
  await rename(workspaces, `${workspaces}-away`);
  try {
    go();
    await chat.event(({ kind }) => kind === 'tool.called', 'the call');
    await worker.line((line) => line.includes('is the volume of PA_DATA mounted'), 'it said what is missing');
    expect(ofKind(chat.events, 'tool.completed')).toHaveLength(calls);
  } finally {
    await rename(`${workspaces}-away`, workspaces);
  }
  expect(await chat.event(({ kind }) => kind === 'turn.completed', 'the end')).toMatchObject({
    outcome: 'done',
  });
  expect(ofKind(chat.events, 'tool.completed')).toMatchObject([{ ok: true }]);
  expect(await notesOf(workId)).toBe('One line.\n');
  await system.expectSound(workId);
  chat.close();
});
