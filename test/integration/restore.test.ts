/** The procedure of docs/operations.md, "Backup" (issue 8.6): the database, then the files; nothing of Temporal's. */
import { randomBytes } from 'node:crypto';
import { cp, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { type Script, textReply, toolReply } from '../../src/demo-model/reply.ts';
import { dumpRows, restoreRows } from '../support/copy-database.ts';
import { answersSoFar } from '../support/faults/scripted-turn.ts';
import { testServers } from '../support/servers.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';

const script: Script = (asked) =>
  answersSoFar(asked) > 0
    ? textReply('It is written.')
    : toolReply([{ name: 'writemd', arguments: { file: 'paper.md', content: 'More. ', mode: 'append' } }]);

/** Kept by whoever restores; without them sessions and saved model keys are lost. */
const env = {
  JWT_SECRET: randomBytes(32).toString('hex'),
  ENCRYPTION_KEY: randomBytes(32).toString('hex'),
};

const open: TestSystem[] = [];
afterEach(async () => {
  for (const system of open) await system.close();
});

test('R2: Works restored from a dump and their files go on in a Temporal that knows nothing of them', async () => {
  const before = await startTestSystem({ script, env });
  open.push(before);
  const account = await before.guest();
  const works = [await before.newWork(account), await before.newWork(account)];
  const worker = await before.startWorker();
  for (const workId of works) {
    const chat = await before.chat(account, workId);
    chat.say('Write it.');
    await chat.event(({ kind }) => kind === 'turn.completed', 'the first end');
    await before.expectSound(workId);
    chat.close();
  }
  await worker.signal('SIGKILL');
  // What was acked and not answered yet.
  const [idle = '', waiting = ''] = works;
  const last = await before.chat(account, waiting);
  const queued = last.say('And more.');
  await last.frame(({ type, id }) => type === 'ack' && id === queued, 'its ack');
  last.close();

  const after = await startTestSystem({ script, env });
  open.push(after);
  const dump = await dumpRows(before.databaseUrl);
  const admin = new URL(testServers().postgresAdminUrl);
  admin.pathname = new URL(after.databaseUrl).pathname;
  await restoreRows(admin.href, dump);
  const files = (dataDir: string) => path.join(dataDir, 'workspaces');
  await cp(files(before.dataDir), files(after.dataDir), { recursive: true, preserveTimestamps: true });
  await before.api.signal('SIGKILL');

  await after.startWorker();
  const chat = await after.chat(account, waiting, 0);
  await chat.event((event) => event.kind === 'turn.completed' && event.turn === 2, 'the queued one answered');
  const again = await after.chat(account, idle);
  again.say('Go on.');
  await again.event((event) => event.kind === 'turn.completed' && event.turn === 2, 'a new one answered');
  for (const workId of works) {
    await after.expectSound(workId);
    const paper = await readFile(path.join(files(after.dataDir), workId, 'paper.md'), 'utf8');
    expect(paper.match(/More\./g)).toHaveLength(2);
  }
  chat.close();
  again.close();
});
