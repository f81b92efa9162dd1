import { expect, test } from '@jest/globals';
import { codeSystemPrompt, mainSystemPrompt, summarySystemPrompt } from '../../../src/agents/prompts.ts';
import { codeTools, mainTools } from '../../../src/agents/tool-definitions.ts';

const main = {
  paperPath: 'paper.md',
  outline: '# T  (level 1, line 1, empty)',
  workspaceTree: 'paper.md  12 B',
  attachments: ['attachments/a.csv'],
};
const limits = {
  seconds: { default: 120, most: 600 },
  memoryMiB: 1024,
  outputMiB: 4,
  shownKiB: 16,
  workspaceMiB: 1024,
};

test('F3: the MainAgent is told of its paper, its files and what came with the messages', () => {
  const prompt = mainSystemPrompt(main);
  expect(prompt).toContain('# T  (level 1, line 1, empty)');
  expect(prompt).toContain('paper.md  12 B');
  expect(prompt).toContain('attachments/a.csv');
  expect(mainSystemPrompt({ ...main, outline: '', workspaceTree: '', attachments: [] })).toContain(
    'no paper yet',
  );
  expect(mainSystemPrompt({ ...main, language: '中文' })).toContain('write in 中文');
});

test('F4: a code agent is told its limits and its workspace', () => {
  const prompt = codeSystemPrompt({ workspaceTree: 'data/in.csv  9 B', limits });
  for (const fact of ['120 s', '600 s', '1024 MiB of memory', 'data/in.csv']) expect(prompt).toContain(fact);
});

test('F6: a tool that a prompt names is one that its agent has', () => {
  const all = [...mainTools, ...codeTools].map((tool) => tool.name);
  const named = (prompt: string) => all.filter((name) => new RegExp(`\\b${name}\\b`).test(prompt));
  const mainNames = mainTools.map((tool) => tool.name);
  const codeNames = codeTools.map((tool) => tool.name);
  expect(mainNames).toEqual(expect.arrayContaining(named(mainSystemPrompt({ ...main, workspaceTree: '' }))));
  expect(codeNames).toEqual(expect.arrayContaining(named(codeSystemPrompt({ workspaceTree: '', limits }))));
});

test("the prompt's fixed part comes first, so that a provider can cache it", () => {
  const one = mainSystemPrompt(main);
  const other = mainSystemPrompt({ ...main, outline: 'x', workspaceTree: 'y', attachments: [] });
  const common = [...one].findIndex((character, index) => character !== other[index]);
  expect(common).toBeGreaterThanOrEqual(one.indexOf('## Files that came'));
});

test('F7: the summary keeps wishes, numbers and paths', () => {
  expect(summarySystemPrompt()).toMatch(/exact/);
});
