/** Whoever else has an account on the machine reads nothing of people's files (SR-M4), also in a folder that was open. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { FILES_OF_PEOPLE, makeDataFolder } from '../../src/setup/data-folder.ts';
import { countingRun } from '../support/counting-run.ts';
import { describeWith } from '../support/needs.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';
import { withTemporaryFolder } from '../support/temporary-folder.ts';

/** Those of the files that `nobody` can read, by their paths in `folder`. */
function readableByNobody(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  expect(files.length).toBeGreaterThan(0);
  const readable = execFileSync(
    'setpriv',
    [
      '--reuid',
      '65534',
      '--regid',
      '65534',
      '--clear-groups',
      'sh',
      '-c',
      'while read -r f; do [ -r "$f" ] && echo "$f"; done; true',
    ],
    { input: `${files.join('\n')}\n`, encoding: 'utf8', cwd: '/' },
  );
  return readable
    .split('\n')
    .filter(Boolean)
    .map((file) => path.relative(folder, file));
}

/** Only root can be somebody else for a moment. */
describeWith('root', 'bubblewrap')('somebody else', () => {
  let system: TestSystem;

  beforeAll(async () => {
    system = await startTestSystem({ script: countingRun });
  });
  afterAll(() => system?.close());

  test('SR-M4: what a Work, its run and its conversation leave is read by nobody else, by whatever path', async () => {
    const { dataDir } = system;
    const worker = await system.startWorker();
    const { account, workId, chat } = await system.newChat();
    chat.say('compute');
    await chat.event(({ kind }) => kind === 'tool.output', 'output');
    for (const file of ['go', 'attachments/secret.txt'])
      await fetch(`${system.url}/api/works/${workId}/files/${file}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${account.token}` },
        body: 'x',
      });
    await chat.event(({ kind }) => kind === 'turn.completed', 'the end');
    const folder = path.join(dataDir, 'workspaces', workId);
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(['count.txt', 'go', 'paper.md']));
    expect(readableByNobody(dataDir)).toEqual([]);

    // As an older version made it: the next process to start closes it.
    await worker.signal('SIGKILL');
    for (const name of ['.', ...FILES_OF_PEOPLE]) chmodSync(path.join(dataDir, name), 0o755);
    chmodSync(folder, 0o755);
    expect(readableByNobody(dataDir)).toContain(path.join('workspaces', workId, 'count.txt'));
    await system.startWorker();
    expect(readableByNobody(dataDir)).toEqual([]);
  });
});

test('SR-M4: a data folder that others may enter is closed as the system starts', async () => {
  await withTemporaryFolder(async (parent) => {
    const root = path.join(parent, randomUUID());
    makeDataFolder(root);
    const modes = () => Object.fromEntries(readdirSync(root).map((name) => [name, mode(name)]));
    const mode = (name: string) => statSync(path.join(root, name)).mode & 0o777;
    const made = { top: mode('.'), ...modes() };
    for (const name of ['.', ...readdirSync(root)]) chmodSync(path.join(root, name), 0o755);
    makeDataFolder(root);
    expect({ top: mode('.'), ...modes() }).toEqual(made);
    expect(made.top).toBe(process.getuid?.() === 0 ? 0o711 : 0o700);
    expect(new Set(Object.values(modes()))).toEqual(new Set([0o700]));
  });
});
