import { expect, test } from '@jest/globals';
import { numbersInWords, type ReviewMaterial } from '../../../src/activities/review/material.ts';
import { reviewRequest } from '../../../src/activities/review/request.ts';
import { reviewerSystemPrompt } from '../../../src/agents/reviewer-prompt.ts';
import type { Provenance } from '../../../src/domain/provenance/types.ts';

const count = (text: string) => Math.ceil(text.length / 4);
const MATERIAL: ReviewMaterial = {
  ...{ asked: 'Write on dice.', paper: '# Dice\n', sha256: 'a', check: 'Nothing.', numbers: 'None.' },
  ...{ rubric: ['Short.'], before: null },
};

function partsOf(material: ReviewMaterial, budget = 100_000) {
  const { messages, tokens } = reviewRequest(material, { round: 1, budget, count });
  const [system, user] = messages;
  if (system?.role !== 'system' || user?.role !== 'user') throw new Error('another shape');
  return { system: system.content, parts: user.parts, tokens };
}

test('H5: the request is one system message that never changes, and one of parts that are told', () => {
  const { system, parts } = partsOf(MATERIAL);
  expect(system).toBe(reviewerSystemPrompt());
  expect(parts.map((part) => (part.type === 'told' ? part.name : part.type))).toEqual([
    'asked',
    'paper',
    'check',
    'numbers',
    'rubric',
    'instruction',
  ]);
  expect(partsOf({ ...MATERIAL, rubric: [], before: 'Before.' }).parts.map(({ text }) => text)).toContain(
    'Before.',
  );
});

test('H5: a paper of any length fits its window, and nothing beside it takes its room', () => {
  const long = {
    ...MATERIAL,
    paper: 'word '.repeat(200_000),
    asked: 'x'.repeat(1_000_000),
    check: 'y\n'.repeat(500_000),
  };
  const { parts, tokens } = partsOf(long, 16_000);
  expect(tokens).toBeLessThanOrEqual(16_000);
  expect(parts.find((part) => part.type === 'told' && part.name === 'paper')?.text.length).toBeGreaterThan(
    30_000,
  );
});

test('H5: the numbers that come from nowhere are named, a bounded number of them', () => {
  const number = (text: string, state: string) => ({ start: 0, end: 1, text, state });
  const given = {
    numbers: [
      number('1.25', 'traced'),
      ...Array.from({ length: 30 }, (_, at) => number(`7.${at}`, 'untraced')),
    ],
    figures: [{ path: 'images/a.png', state: 'missing' }],
    counts: { traced: 1, untraced: 30, stale: 0 },
  } as unknown as Provenance;
  const words = numbersInWords(given);
  expect(words).toContain('Numbers: 1 traced, 30 untraced.');
  expect(words).toContain('untraced: 7.0, 7.1');
  expect(words).toContain('and 10 more');
  expect(words).toContain('figure images/a.png: missing');
});
