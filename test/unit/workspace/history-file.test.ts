import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { historyFile, removeHistoryFile, writeHistoryFile } from '../../../src/workspace/history-file.ts';
import { makeFolder } from './folder.ts';

test('F9: the history file holds the document, and is removed with what killed writers left of it', async () => {
  const folder = await makeFolder();
  const dir = join(folder.path, 'chat_history');
  await writeHistoryFile(dir, 'w', { workId: 'w', version: 1, seq: 7, messages: [] });
  expect(JSON.parse(await readFile(historyFile(dir, 'w'), 'utf8'))).toMatchObject({ workId: 'w', seq: 7 });
  await writeFile(join(dir, '.w.1.tmp'), 'left by a writer that was killed');
  await writeHistoryFile(dir, 'other', { seq: 1 });
  await removeHistoryFile(dir, 'w');
  await removeHistoryFile(dir, 'w');
  expect(await readdir(dir)).toEqual(['other.json']);
  await folder.clear();
});

test('D8: a writer killed at any instant leaves one whole valid document', async () => {
  const folder = await makeFolder();
  await writeHistoryFile(folder.path, 'w', { seq: 0, text: '' });
  const source = new URL('../../../src/workspace/history-file.ts', import.meta.url).href;
  const program = `import { writeHistoryFile } from ${JSON.stringify(source)};
    for (let seq = 1; ; seq += 1) {
      await writeHistoryFile(${JSON.stringify(folder.path)}, 'w', { seq, text: String(seq).repeat(200000) });
      process.stdout.write('.');
    }`;
  for (let round = 0; round < 5; round += 1) {
    const writer = spawn(process.execPath, ['--input-type=module', '-e', program]);
    await once(writer.stdout, 'data');
    for (let reads = 0; reads < 10; reads += 1) await whole();
    writer.kill('SIGKILL');
    await once(writer, 'exit');
    await whole();
  }
  await folder.clear();

  async function whole(): Promise<void> {
    const { seq, text } = JSON.parse(await readFile(historyFile(folder.path, 'w'), 'utf8'));
    expect(text).toBe(seq === 0 ? '' : String(seq).repeat(200_000));
  }
});
