/** The report on the use of AI, and what a contest is sent (O8). */
import { expect, test } from '@jest/globals';
import type { Message } from '../../../src/domain/messages.ts';
import { aiReport } from '../../../src/exports/ai-report.ts';
import { identitiesIn } from '../../../src/exports/identity.ts';
import { packNames, planPack } from '../../../src/exports/pack.ts';
import { readPaper } from '../../../src/exports/paper/read-paper.ts';

function asked(turn: number, text: string): Message {
  return {
    id: `u${turn}`,
    turn,
    role: 'user',
    status: 'complete',
    createdAt: `2026-09-0${turn % 9 || 9}T10:00:00Z`,
    parts: [{ type: 'text', text }],
  };
}

function answered(turn: number, text: string, files: { path: string; sha256?: string }[] = []): Message {
  return {
    id: `a${turn}`,
    turn,
    role: 'assistant',
    agent: 'main',
    status: 'complete',
    createdAt: '2026-09-01T10:01:00Z',
    parts: [
      { type: 'text', text },
      {
        type: 'tool',
        toolCallId: 't',
        name: 'writemd',
        arguments: {},
        state: 'ok',
        files: files.map((file) => ({ ...file, change: 'changed' as const })),
      },
    ],
  };
}

const standing = (path: string) => (path === 'a.md' ? 'same' : 'changed') as 'same' | 'changed';

test('O8: it says by turn which model, what was asked and answered word for word, and what stands of it', () => {
  const report = aiReport({
    language: 'en',
    messages: [
      asked(1, 'Write **it** with ```fences```'),
      answered(1, 'Done | well', [
        { path: 'a.md', sha256: 'x' },
        { path: 'b_c.md', sha256: 'y' },
        { path: 'gone.md' },
      ]),
    ],
    models: [{ turn: 1, model: 'some-model-2026-01' }],
    standing,
  });
  expect(report).toContain('# Report on Use of AI');
  expect(report).toContain('| 1 | PaperAgent, some-model-2026-01 | 2026-09-01 | 2026-09-01 | 1 |');
  expect(report).toContain('````text\nWrite **it** with ```fences```\n````');
  expect(report).toContain('```text\nDone | well\n```');
  expect(report).toContain('- a.md: adopted, unchanged');
  expect(report).toContain('- b\\_c.md: adopted, changed since');
  expect(report).toContain('- gone.md: not adopted: removed');
  expect(readPaper(report).problems).toEqual([]);
});

test('O8: in Chinese it has the name and the four parts that CUMCM asks for; without a turn it declares that none was used', () => {
  const report = aiReport({
    language: 'zh',
    messages: [asked(1, '写论文'), answered(1, '好')],
    models: [],
    standing,
  });
  for (const part of ['# AI工具使用详情', '使用的AI工具名称与版本', '关键交互记录', '采纳'])
    expect(report).toContain(part);
  expect(aiReport({ language: 'zh', messages: [], models: [], standing })).toContain(
    '本参赛队未使用任何AI工具。',
  );
});

test('O8: a long Work has a report that is bounded, and that says what it leaves out', () => {
  const messages = Array.from({ length: 1_000 }, (_, index) => [
    asked(index + 1, 'q'.repeat(50_000)),
    answered(index + 1, 'a'.repeat(50_000)),
  ]).flat();
  const report = aiReport({ language: 'en', messages, models: [], standing, hasOlder: true });
  expect(report.length).toBeLessThan(300_000);
  expect(report).toContain('characters left out]');
  expect(report).toContain('800 exchanges between these');
  expect(report).toContain('Older exchanges are not in this report');
});

test('O8: results and code come first under the size; a name that says who you are stays out; equal names are told apart', () => {
  const files = [
    { path: 'images/big.png', size: 900 },
    { path: 'data/a.csv', size: 300 },
    { path: 'code/main.py', size: 100 },
    { path: 'sub/main.py', size: 100 },
    { path: 'result1.xlsx', size: 50 },
    { path: 'code/ada.py', size: 10 },
    { path: 'paper.md', size: 10 },
    { path: 'chat_history/x.json', size: 10 },
  ];
  const plan = planPack(files, { language: 'zh', room: 600, identities: ['ada'] });
  expect(plan.files).toEqual([
    { from: 'result1.xlsx', to: 'result1.xlsx' },
    { from: 'code/main.py', to: '源程序/main.py' },
    { from: 'sub/main.py', to: '源程序/main-2.py' },
    { from: 'data/a.csv', to: '数据/a.csv' },
  ]);
  expect(plan.leftOut).toEqual([
    { path: 'code/ada.py', why: 'identity' },
    { path: 'images/big.png', why: 'too_large' },
  ]);
});

test('O8: the parts have the names that the contests prescribe', () => {
  expect(packNames({ id: 'mcm' }, { language: 'en', team: '2412345' }).paper).toBe('2412345.pdf');
  expect(packNames({ id: 'cumcm' }, { language: 'zh', team: undefined })).toEqual({
    paper: '论文.pdf',
    aiReport: 'AI工具使用详情.pdf',
    supporting: '支撑材料',
  });
});

test('O8: a file that holds a name, an address or a home folder is told of; data and binaries are not read for it', () => {
  expect(identitiesIn(Buffer.from('# by Ada, ada@b.edu, /home/ada/x'), ['Ada'])).toEqual([
    'Ada',
    'ada@b.edu',
    '/home/ada',
  ]);
  expect(identitiesIn(Buffer.from('x = 1'), ['Ada'])).toEqual([]);
  expect(identitiesIn(Buffer.from('Ada\0'), ['Ada'])).toEqual([]);
});
