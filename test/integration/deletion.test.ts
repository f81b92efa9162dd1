/** F1, F12, D7: a Work, or an account, that is deleted while its code runs leaves nothing behind. */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { workflowIdOf } from '../../src/domain/work-names.ts';
import { countingRun } from '../support/counting-run.ts';
import { eventually } from '../support/eventually.ts';
import { testWith } from '../support/needs.ts';
import { leftRunning } from '../support/oracle/sandboxes.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';

const WITHIN_MS = 30_000;

describe.each(['bubblewrap', 'docker'] as const)('while its code runs in %s', (kind) => {
  const test = testWith(kind);
  let system: TestSystem;

  beforeAll(async () => {
    system = await startTestSystem({ script: countingRun, env: { SANDBOX: kind } });
    await system.startWorker();
  });
  afterAll(() => system?.close());

  /** A Work whose code has said something, and what it leaves on the machine. */
  async function runningCode({ newChat, dataDir, engine }: TestSystem) {
    const { account, workId, chat } = await newChat();
    chat.say('compute');
    await chat.event(({ kind: of }) => of === 'tool.output', 'output');
    const sandboxes = () => leftRunning({ workId, dataDir, engine });
    expect(await sandboxes()).not.toEqual([]);
    // The files as the run found them are kept (T4).
    expect(existsSync(path.join(dataDir, 'history', workId))).toBe(true);
    return { account, workId, chat, sandboxes };
  }

  async function expectNothingLeft(
    of: TestSystem,
    { workId, sandboxes }: Awaited<ReturnType<typeof runningCode>>,
  ) {
    expect(await eventually(sandboxes, (found) => found.length === 0, WITHIN_MS)).toEqual([]);
    const works = () => of.db.selectFrom('works').select('id').where('id', '=', workId).execute();
    expect(await eventually(works, (found) => found.length === 0, WITHIN_MS)).toEqual([]);
    expect(existsSync(path.join(of.dataDir, 'workspaces', workId))).toBe(false);
    expect(existsSync(path.join(of.dataDir, 'history', workId))).toBe(false);
    expect(existsSync(path.join(of.dataDir, 'chat_history', `${workId}.json`))).toBe(false);
    // What is known of the run is left to a worker's next round, and one that starts begins with it.
    await of.startWorker();
    const records = () =>
      readdirSync(path.join(of.dataDir, 'sandbox', kind)).filter((name) => name.startsWith('paperagent-'));
    expect(await eventually(records, (found) => found.length === 0, WITHIN_MS)).toEqual([]);
    const workflow = of.temporal.workflow.getHandle(workflowIdOf(workId));
    const status = async (): Promise<string> => (await workflow.describe()).status.name;
    expect(await eventually(status, (name) => name !== 'RUNNING', WITHIN_MS)).toBe('TERMINATED');
  }

  test('F1, D7, T4: a Work that is deleted leaves no sandbox, workflow, folder, version or row', async () => {
    const begun = await runningCode(system);
    const { account, workId, chat } = begun;
    expect((await system.request(account, 'DELETE', `/api/works/${workId}`)).status).toBe(204);
    expect((await chat.closed).code).toBe(4404);
    await expectNothingLeft(system, begun);
  });

  test('F12, D7: so does an account', async () => {
    const begun = await runningCode(system);
    const { account, chat } = begun;
    const me = await system.request(account, 'GET', '/api/auth/me');
    const { id: owner } = (await me.json()) as { id: string };
    expect((await system.request(account, 'DELETE', '/api/auth/me')).status).toBe(204);
    expect((await chat.closed).code).toBe(4404);
    await expectNothingLeft(system, begun);
    const { db } = system;
    const rows = () => db.selectFrom('users').select('id').where('id', '=', owner).execute();
    expect(await eventually(rows, (found) => found.length === 0, WITHIN_MS)).toEqual([]);
  });
});
