/** What a style asks of a paper (O7), in sentences. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { TOOLS } from '../../../src/agents/tool-table.ts';
import { TOOL_NAMES } from '../../../src/exports/paper/leaks.ts';
import { readPaper } from '../../../src/exports/paper/read-paper.ts';
import { type PageMarks, styleProblems } from '../../../src/exports/paper/style-checks.ts';
import { listStyles, type Style } from '../../../src/exports/style.ts';

const styles = new Map<string, Style>(
  (await listStyles('/nonexistent')).styles.map((style) => [style.id, style]),
);

function codes(id: string, markdown: string, marks: PageMarks | null): string[] {
  return styleProblems(readPaper(markdown), styles.get(id) as Style, marks).map(({ code }) => code);
}

const MCM =
  '---\nlang: en\nteam: "1"\nproblem: A\nyear: "2026"\n---\n# T\n\n## Summary\n\nS.\n\n## Text\n\nT.\n';
const CUMCM = '---\nlang: zh\n---\n# 题\n\n## 摘要\n\n摘。\n\n## 一、文\n\n文。\n';

test.each([
  ['article', '# T\n\nText', { pages: 90 }, []],
  ['mcm', MCM, { pages: 25, abstract: 1 }, []],
  ['mcm', MCM, { pages: 26, abstract: 2 }, ['abstract_too_long', 'too_many_pages']],
  ['mcm', MCM.replace('team: "1"\n', 'author: Somebody\n'), { pages: 3 }, ['fact_missing', 'names_people']],
  ['mcm', CUMCM, { pages: 3 }, ['style_language', 'fact_missing', 'fact_missing', 'fact_missing']],
  ['cumcm', CUMCM, { pages: 60, abstract: 1, appendix: 30 }, []],
  ['cumcm', CUMCM, { pages: 60, abstract: 1, appendix: 31 }, ['too_many_pages']],
  ['cumcm', CUMCM, { pages: 31 }, ['too_many_pages']],
  ['cumcm', CUMCM.replace('## 摘要', '## 概述'), null, ['abstract_missing']],
] as const)('O7: %s: %j with %j: %j', (id, markdown, marks, expected) => {
  expect(codes(id, markdown, marks)).toEqual(expected);
});

const LEAKY = `---
lang: en
team: "1"
problem: A
year: "2026"
author: Ada Example
---
# T

## Summary

By Ada Example, ada@example.org.

## Text

We ran \`run_python\` on
/home/ada/data.csv; see https://example.org/home/x and 3/tmp/4.

\`\`\`python
run_python = open("/tmp/a.csv")
\`\`\`

| Author |
|---|
| Ada Example |
`;

test('O7: a contest\u2019s paper that names its authors in its text, and any that names paths of machines or our tools, says so with the lines', () => {
  const said = (id: string) =>
    styleProblems(readPaper(LEAKY), styles.get(id) as Style, null).map(({ code, line }) => [code, line]);
  const leaks = [
    ['path_in_text', 16],
    ['tool_in_text', 16],
    ['path_in_text', 20],
  ];
  expect(said('article')).toEqual(leaks);
  expect(said('mcm')).toEqual([
    ['names_people', undefined],
    ['identity_in_text', 12],
    ['identity_in_text', 12],
    ...leaks,
  ]);
});

test('O7: the tools that a paper is looked through for are ours', () => {
  expect(TOOL_NAMES.filter((name) => !Object.hasOwn(TOOLS, name))).toEqual([]);
});

test('O7: a style of the operator that cannot be read is left out and told of; the others stay', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pa-styles-'));
  try {
    mkdirSync(join(folder, 'bad'));
    writeFileSync(join(folder, 'bad', 'style.json'), '{"name": 1}');
    mkdirSync(join(folder, 'own'));
    const { id: _id, folder: _folder, ...article } = styles.get('article') as Style;
    writeFileSync(join(folder, 'own', 'style.json'), JSON.stringify(article));
    const listed = await listStyles(folder);
    expect(listed.styles.map(({ id }) => id)).toEqual(['article', 'cumcm', 'mcm', 'report', 'own']);
    expect(listed.problems).toEqual([expect.stringMatching(/^the style bad is left out/)]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
