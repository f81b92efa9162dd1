import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import type { Message, Part } from '../../../src/domain/messages.ts';
import { notebookOf } from '../../../src/exports/notebook.ts';
import { testWith } from '../../support/needs.ts';
import { withTemporaryFolder } from '../../support/temporary-folder.ts';

const testWithPython = testWith('Python');

const message = (parts: Part[], more: Partial<Message> = {}): Message => ({
  id: 'm',
  turn: 1,
  role: 'assistant',
  agent: 'main',
  status: 'complete',
  createdAt: '2026-01-01T00:00:00.000Z',
  parts,
  ...more,
});
const run = (code: unknown, more: Partial<Extract<Part, { type: 'tool' }>> = {}): Part => ({
  type: 'tool',
  toolCallId: 't',
  name: 'run_python',
  arguments: { code, filename: 'a.py' },
  state: 'ok',
  ...more,
});
const cellsOf = (messages: Message[]) =>
  notebookOf({ title: 'T', messages, figure: () => undefined }).cells.slice(2);

test('W6, O13: a script that asks for its own path has it from a cell before it, so that its first line stays first', () => {
  const code = 'from __future__ import annotations\nprint(__file__)';
  expect(cellsOf([message([run(code)])]).map(({ source }) => source)).toEqual([
    '### code/a.py',
    '__file__ = "code/a.py"',
    code,
  ]);
});

test('W6: a run that failed, or that ends by exit(), does not keep the cells behind it from being run', () => {
  const tags = (part: Part) => cellsOf([message([part])]).at(-1)?.metadata.tags;
  expect(tags(run('1/0', { state: 'error' }))).toEqual(['raises-exception']);
  expect(tags(run('import sys; sys.exit(0)'))).toEqual(['raises-exception']);
  expect(tags(run('print(1)'))).toBeUndefined();
});

test('W6: a person’s words are quoted line by line; what a code agent says between its runs is left out', () => {
  const cells = cellsOf([
    message([{ type: 'text', text: 'one\r\ntwo' }], { role: 'user' }),
    message([{ type: 'text', text: 'I will run it.' }, run('print(1)')], {
      agent: 'a1' as Message['agent'] & string,
    }),
    message([{ type: 'text', text: 'Done.' }]),
  ]);
  expect(cells.map(({ source }) => source)).toEqual(['> one\n> two', '### code/a.py', 'print(1)', 'Done.']);
});

test('W6: a call whose arguments are no script has no cell; every cell has an id of its own', () => {
  expect(cellsOf([message([run(undefined), run('x', { arguments: '{"code": ' })])])).toEqual([]);
  const { cells } = notebookOf({
    title: 'T',
    messages: [message([run('a'), run('b')])],
    figure: () => undefined,
  });
  expect(new Set(cells.map(({ id }) => id)).size).toBe(cells.length);
  for (const { id } of cells) expect(id).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
});

testWithPython(
  'W6: its cells run from top to bottom where nothing of the sandbox is, scripts that record among them',
  async () => {
    const script = 'from paperagent import record\nrecord("mean  wait", 2.5, "min")\nrecord("runs", 3)';
    const { cells } = notebookOf({
      title: 'T',
      messages: [message([run(script), run('print("behind it")')])],
      figure: () => undefined,
    });
    const program = cells.filter((cell) => cell.cell_type === 'code').map(({ source }) => source);
    await withTemporaryFolder(async (folder) => {
      const { stdout } = await promisify(execFile)('python3', ['-I', '-c', program.join('\n')], {
        cwd: folder,
      });
      expect(stdout).toBe('mean  wait=2.5 min\nruns=3\nbehind it\n');
    });
  },
);
