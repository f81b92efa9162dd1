import { expect, test } from '@jest/globals';
import {
  codeSystemPrompt,
  earlierConversation,
  mainSystemPrompt,
  summarySystemPrompt,
} from '../../../src/agents/prompts.ts';
import { codeTools, mainTools } from '../../../src/agents/tool-definitions.ts';

const paperPath = 'paper.md';
const limits = {
  seconds: { default: 120, most: 600 },
  memoryMiB: 1024,
  outputMiB: 4,
  shownKiB: 16,
  workspaceMiB: 1024,
};

test('F4: a code agent is told its limits', () => {
  const prompt = codeSystemPrompt(limits);
  for (const fact of ['120 s', '600 s', '1024 MiB of memory']) expect(prompt).toContain(fact);
});

test('F6: a tool that a prompt names is one that its agent has', () => {
  const all = [...mainTools, ...codeTools].map((tool) => tool.name);
  const named = (prompt: string) => all.filter((name) => new RegExp(`\\b${name}\\b`).test(prompt));
  const mainNames = mainTools.map((tool) => tool.name);
  const codeNames = codeTools.map((tool) => tool.name);
  expect(mainNames).toEqual(expect.arrayContaining(named(mainSystemPrompt({ paperPath }))));
  expect(codeNames).toEqual(expect.arrayContaining(named(codeSystemPrompt(limits))));
});

test('F7: the summary keeps wishes, numbers and paths, and files that came earlier are still named', () => {
  expect(summarySystemPrompt()).toMatch(/exact/);
  expect(earlierConversation('It was 3.14.', ['attachments/a.csv'], null)).toMatch(
    /3\.14[\s\S]*attachments\/a\.csv$/,
  );
  // H3: what was planned is no matter of a summary's luck.
  expect(earlierConversation('It was 3.14.', [], '1. [pending] Write')).toMatch(
    /then:\n1\. \[pending\] Write$/,
  );
});

test('M13: each tool says when it is not the one, what comes back and what an error means, in at most 1,024 characters', () => {
  for (const { name, description } of [...mainTools, ...codeTools]) {
    expect([name, description.length <= 1_024]).toEqual([name, true]);
    expect([name, /\b(?:Not (?:for|needed|with)|not for)\b/.test(description)]).toEqual([name, true]);
    expect([name, /\breturns\b|^(?:Lists|Shows)/i.test(description)]).toEqual([name, true]);
    expect([name, /\ban error\b|says that there are none/i.test(description)]).toEqual([name, true]);
  }
});

test('M13: both agents are told to call by the interface, and never to end with a promise', () => {
  for (const prompt of [mainSystemPrompt({ paperPath }), codeSystemPrompt(limits)]) {
    expect(prompt).toMatch(/through the interface for tool calls only/);
    expect(prompt).toMatch(/written as text/);
    expect(prompt).toMatch(/never end with a promise/);
    expect(prompt).toMatch(/say what is missing and why/);
    expect(prompt).toMatch(/a backslash is written twice/);
  }
});
