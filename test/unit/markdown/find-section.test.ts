import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { findSection, referenceTo } from '../../../src/domain/markdown/find-section.ts';
import { outline } from '../../../src/domain/markdown/outline.ts';
import { documents } from './arbitraries.ts';

const PAPER =
  '# Paper\n\n## Method\n\n### Data\n\n## Results\n\n### Data\n\n## A > B\n\n## The *fast* `run`\n';

function lineOf(source: string, reference: string): number | string {
  const found = findSection(outline(source), reference);
  return found.ok ? found.section.line : found.failure.code;
}

test('F6: a section is named by its text or by a path', () => {
  expect(lineOf(PAPER, 'Method')).toBe(3);
  expect(lineOf(PAPER, 'Method > Data')).toBe(5);
  expect(lineOf(PAPER, 'Paper > Results > Data')).toBe(9);
  expect(lineOf(PAPER, 'Results>Data')).toBe(9);
  expect(lineOf(PAPER, '  Results \n')).toBe(7);
});

test('a title that holds the separator is found by its text and by a path', () => {
  expect(lineOf(PAPER, 'A > B')).toBe(11);
  expect(lineOf(PAPER, 'Paper > A > B')).toBe(11);
});

test('a title with markup is found by its plain and by its raw text, alone and in a path', () => {
  for (const name of ['The fast run', 'The *fast* `run`', 'Paper > The *fast* `run`', '## The fast run']) {
    expect(lineOf(PAPER, name)).toBe(13);
  }
});

test('F6: an ambiguous section is a failure that names the candidates', () => {
  const found = findSection(outline(PAPER), 'Data');
  expect(found).toMatchObject({
    ok: false,
    failure: { code: 'ambiguous_section', candidates: ['Paper > Method > Data', 'Paper > Results > Data'] },
  });
  expect(!found.ok && found.failure.message).toContain('Paper > Method > Data (line 5)');
});

test('F6: a missing section is a failure that names the candidates', () => {
  const found = findSection(outline(PAPER), 'Discussion');
  expect(found).toMatchObject({ ok: false, failure: { code: 'missing_section' } });
  expect(!found.ok && found.failure.message).toContain('- Paper > Results > Data');
  expect(findSection(outline('text\n'), 'X')).toMatchObject({ ok: false, failure: { candidates: [] } });
});

test('sections with one and the same path are told apart by number', () => {
  const source = '# A\n\n## N\n\none\n\n## N\n\ntwo\n';
  expect(findSection(outline(source), 'N')).toMatchObject({
    failure: { candidates: ['A > N [1]', 'A > N [2]'] },
  });
  expect(lineOf(source, 'A > N [2]')).toBe(7);
  expect(lineOf(source, 'A > N [3]')).toBe('missing_section');
});

test('a top-level section that shares its title with a nested one can still be named', () => {
  const source = '# Methods\n\n# Appendix\n\n## Methods\n';
  const found = findSection(outline(source), 'Methods');
  expect(found).toMatchObject({ failure: { candidates: ['Methods [1]', 'Appendix > Methods'] } });
  expect(lineOf(source, 'Methods [1]')).toBe(1);
});

test('every reference that a failure offers names exactly the section it stands for', () => {
  fc.assert(
    fc.property(documents, (source) => {
      const sections = outline(source);
      for (const section of sections.filter((candidate) => candidate.title !== '')) {
        const found = findSection(sections, referenceTo(sections, section));
        expect(found.ok && found.section.start).toBe(section.start);
      }
    }),
  );
});

test('a failure stays short on a file with thousands of headings', () => {
  const found = findSection(outline('# x\n'.repeat(3_000)), 'y');
  expect(!found.ok && found.failure.message.length).toBeLessThan(2_000);
});
