/** R11, D10: workers of an old and a new version side by side; what new code decided never meets an old worker. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { type Step, say, textReply, toolReply } from '../../src/demo-model/reply.ts';
import { buildWorkflowBundle } from '../../src/setup/workflow-bundle.ts';
import { DEPLOYMENT, workflowIdOf } from '../../src/workflows/messages.ts';
import { answersSoFar } from '../support/faults/scripted-turn.ts';
import { testServers } from '../support/servers.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';
import { until } from '../support/until.ts';
import { workflowOf } from '../support/workflow-of.ts';

let system: TestSystem;
let client: Client;

beforeAll(async () => {
  system = await startTestSystem({ script: () => textReply('unused') });
  const connection = await Connection.connect({ address: testServers().temporalAddress });
  client = new Client({ connection, namespace: system.namespace });
});

afterAll(async () => {
  await client?.connection.close();
  await system?.close();
});

/** What an operator does: `temporal worker deployment set-current-version`. */
async function makeCurrent(buildId: string): Promise<void> {
  const request = { namespace: system.namespace, deploymentName: DEPLOYMENT, buildId, identity: 'operator' };
  await until(
    () =>
      client.workflowService.setWorkerDeploymentCurrentVersion(request).then(
        () => true,
        () => false, // its workers have not polled yet
      ),
    `version ${buildId} was known`,
  );
}

/** The versions that made a Work's decisions, in order, each run of the same one once. */
async function versionsOf(workId: string): Promise<string[]> {
  const handle = client.workflow.getHandle(workflowIdOf(workId));
  const history = await handle.fetchHistory();
  await Worker.runReplayHistory({ workflowBundle: await buildWorkflowBundle() }, history, handle.workflowId);
  return (history.events ?? [])
    .flatMap(({ workflowTaskCompletedEventAttributes: done }) =>
      done ? [done.deploymentVersion?.buildId ?? 'none'] : [],
    )
    .filter((version, index, all) => version !== all[index - 1]);
}

test('R11, D10: a Work in the middle of a turn moves to the new version, and new turns begin there', async () => {
  const { promise: promoted, resolve: goOn } = Promise.withResolvers<void>();
  system.model.setScript((request) => {
    if (answersSoFar(request) > 0) return textReply('Done.');
    const call = toolReply([{ name: 'tree', arguments: { path: null } }]);
    if (call.kind !== 'stream') throw new Error('a tool reply is a stream');
    return {
      ...call,
      steps: (async function* (): AsyncGenerator<Step> {
        yield* say('I will look. ');
        await promoted;
        yield* call.steps;
      })(),
    };
  });
  const old = await system.startWorker({ WORKER_BUILD_ID: 'old' });
  await makeCurrent('old');
  const account = await system.guest();
  const running = await system.newWork(account);
  const chat = await system.chat(account, running);
  chat.say('look');
  await chat.event(({ kind }) => kind === 'text.delta', 'the first token, on the old worker');
  await workflowOf(client, running);
  expect(await versionsOf(running)).toEqual(['old']);

  const next = await system.startWorker({ WORKER_BUILD_ID: 'new' });
  await makeCurrent('new');
  goOn();
  const end = await chat.event(({ kind }) => kind === 'turn.completed', 'the end');
  expect(end).toMatchObject({ outcome: 'done' });
  expect(chat.events.filter(({ kind }) => kind === 'step.superseded')).toEqual([]);
  await until(async () => (await versionsOf(running)).length > 1, 'the new version decided');
  expect(await versionsOf(running)).toEqual(['old', 'new']);

  const later = await system.newWork(account);
  const second = await system.chat(account, later);
  second.say('look, too');
  await second.event(({ kind }) => kind === 'turn.completed', 'the end of the later turn');
  await workflowOf(client, later);
  expect(await versionsOf(later)).toEqual(['new']);

  // The old workers go, and the Work that was once theirs takes its next turn.
  await old.signal('SIGTERM');
  chat.say('again');
  await chat.event((event) => event.kind === 'turn.completed' && event.turn === 2, 'the second end');
  chat.close();
  second.close();
  await system.expectSound(running);
  await system.expectSound(later);
  await next.signal('SIGTERM');
});
