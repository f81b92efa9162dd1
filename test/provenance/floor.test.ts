import { expect, test } from '@jest/globals';

import type { ProvenanceCounts } from '../../src/domain/provenance/types.ts';
import { checkPaper } from '../../src/paper-check/check-paper.ts';
import { demoPapers, otherManners, sections } from './corpus.ts';
import { digitsOf, falselyLinked, noise, precision, recall, score, sum, trace } from './measure.ts';

const fromThreeDigits = (text: string) => digitsOf(text) >= 3;

test("T6: on the demo's papers at least 98 of 100 links are right, and no other number is linked", () => {
  const found = sum(demoPapers().map((paper) => score(paper)));
  expect(found.keyed).toBeGreaterThan(300);
  expect(precision(found)).toBeGreaterThanOrEqual(0.98);
  expect(found.wrong).toBe(0);
});

test.each([
  ['as models write them', sections, 0],
  ['as models write them', sections, 1_000],
  ['in other manners', otherManners, 0],
  ['in other manners', otherManners, 1_000],
] as const)('T6: on sections %s, by %p, beside %d unrelated facts', (_how, papersOf, unrelated) => {
  const papers = papersOf();
  const found = sum(
    papers.map((paper) =>
      score(paper, { noise: unrelated > 0 ? [noise(unrelated)] : [], counts: fromThreeDigits }),
    ),
  );
  expect(papers.length).toBeGreaterThanOrEqual(10);
  expect(precision(found)).toBeGreaterThanOrEqual(0.95);
  expect(recall(found)).toBeGreaterThanOrEqual(0.85);
});

test.each([0, 1_000])('T6: falsified numbers stay unlinked, beside %d unrelated facts', (unrelated) => {
  const beside = unrelated > 0 ? [noise(unrelated)] : [];
  const all = [...demoPapers(), ...sections(), ...otherManners()].flatMap((paper) =>
    [1, 2, 3].map((seed) => falselyLinked(paper, seed, 3, beside)),
  );
  const numbers = all.reduce((total, one) => total + one.numbers, 0);
  const linked = all.reduce((total, one) => total + one.linked, 0);
  expect(1 - linked / numbers).toBeGreaterThanOrEqual(0.95);
});

test('O9: in the papers of the demo the paper check finds nothing', () => {
  for (const paper of demoPapers()) {
    const drawn = [...paper.paper.matchAll(/\]\((images\/[^)]+)\)/g)].map(([, path = '']) => path);
    const items = checkPaper({
      source: paper.paper,
      files: ['paper.md', ...drawn],
      bibliography: null,
      lookedUp: { online: false, verdicts: [] },
      thisYear: 2026,
      provenance: { numbers: trace(paper), figures: [], counts: {} as ProvenanceCounts },
      style: null,
    });
    expect([paper.name, items]).toEqual([paper.name, []]);
    expect(drawn.length).toBeGreaterThanOrEqual(2);
  }
});

test('T6: the papers of the demo print numbers as journals do, outside of what its runs printed', () => {
  for (const { name, paper } of demoPapers()) {
    const shown = paper.replace(/```[\s\S]*?```/g, '').replace(/`[^`]*`|\$[^$]*\$|<!--[\s\S]*?-->/g, '');
    expect([name, shown.match(/(?<=[\s|(（])-\d[\d.]*/g)]).toEqual([name, null]);
    expect([name, shown.match(/(?<![\d.,])\d{5,7}(?![\d.])/g)]).toEqual([name, null]);
  }
});
