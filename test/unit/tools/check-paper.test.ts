/** The tool `check_paper` (O9): what the model is told. */
import { expect, test } from '@jest/globals';
import { inWords, MOST_TOLD } from '../../../src/activities/tools/check-paper.ts';
import { item } from '../../../src/paper-check/item.ts';
import { withBench } from './context.ts';

test('O9: nothing is said to be nothing, and an item has its line, errors first', () => {
  expect(inWords('paper.md', [])).toBe('The check of paper.md found nothing.');
  const items = [
    item('section_empty', 'The section "A" is empty.', { line: 3 }),
    item('figure_missing', 'There is no figure a.png.', { line: 9 }),
    item('style_language', 'Of all of it.'),
  ];
  expect(inWords('paper.md', items)).toBe(
    [
      'The check of paper.md found 3 things, 1 error among them.',
      '- line 9, error: There is no figure a.png.',
      '- line 3, warning: The section "A" is empty.',
      '- warning: Of all of it.',
    ].join('\n'),
  );
});

test('O9: no more is told at once than can be mended', () => {
  const items = Array.from({ length: MOST_TOLD + 5 }, (_, line) => item('section_empty', 'Empty.', { line }));
  const lines = inWords('paper.md', items).split('\n');
  expect(lines).toHaveLength(MOST_TOLD + 2);
  expect(lines.at(-1)).toBe('… and 5 more: mend these, then check again.');
});

test('O9: the main agent may call it, a code agent may not', () =>
  withBench(async ({ attempt }) => {
    expect(await attempt('check_paper', { file: 'paper.md' })).toMatchObject({ ok: true });
    expect(await attempt('check_paper', { file: 'paper.md' }, { agent: 'c' })).toMatchObject({ ok: false });
  }));

test('O6: add_reference writes references.bib, says the key, and adds no work twice', () =>
  withBench(async ({ attempt, text }) => {
    const bibtex = '@misc{knuth84, title = {Literate Programming}, year = 1984}';
    const first = await attempt('add_reference', { bibtex });
    expect(first).toMatchObject({ ok: true, files: [{ path: 'references.bib', change: 'added' }] });
    expect(first.result).toBe('Added "Literate Programming": cite it as [@knuth84].');
    const again = await attempt('add_reference', { bibtex: bibtex.replace('knuth84', 'other') });
    expect(again).toMatchObject({ ok: true, files: [] });
    expect(again.result).toContain('cite it as [@knuth84]');
    expect(await text('references.bib')).toBe(`${bibtex}\n`);
    expect(await attempt('add_reference', { bibtex: 'Knuth 1984' })).toMatchObject({ ok: false, files: [] });
  }));
