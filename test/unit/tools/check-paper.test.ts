/** The tool `check_paper` (O9): what the model is told. */
import { expect, test } from '@jest/globals';
import { inWords, MOST_TOLD } from '../../../src/activities/tools/check-paper.ts';
import type { ToolLiterature } from '../../../src/activities/tools/types.ts';
import type { FoundWork } from '../../../src/domain/references/found-work.ts';
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

const KNUTH: FoundWork = {
  source: 'crossref',
  title: 'Literate Programming',
  people: ['Knuth, D. E.'],
  years: [1984],
  type: 'article',
  doi: '10.1093/comjnl/27.2.97',
  container: 'The Computer Journal',
  abstract: 'The author and his associates have been experimenting.',
  retracted: false,
};

function literature(parts: Partial<ToolLiterature> = {}): ToolLiterature {
  return {
    workOfDoi: async () => ({ kind: 'work', work: KNUTH }),
    search: async () => ({
      works: [KNUTH, { ...KNUTH, title: 'Taken back', retracted: true }],
      unanswered: ['arxiv'],
    }),
    verdictsInWords: async (entries) => entries.map(({ key }) => `@${key} is known.`),
    ...parts,
  };
}

test('O6: add_reference fetches the entry of a DOI, and says at once what is known of what was added', () =>
  withBench(async ({ attempt, text }) => {
    const added = await attempt(
      'add_reference',
      { doi: '10.1093/comjnl/27.2.97' },
      { literature: literature() },
    );
    expect(added).toMatchObject({ ok: true, files: [{ path: 'references.bib' }] });
    expect(added.result).toBe(
      'Added "Literate Programming": cite it as [@knuth1984literate].\n@knuth1984literate is known.',
    );
    expect(await text('references.bib')).toContain('journal = {The Computer Journal}');
    const again = await attempt(
      'add_reference',
      { doi: 'https://doi.org/10.1093/COMJNL/27.2.97' },
      { literature: literature() },
    );
    expect(again).toMatchObject({ ok: true, files: [] });
    expect(again.result).toContain('@knuth1984literate is known.');
  }));

test.each<[string, Partial<ToolLiterature> | null, RegExp]>([
  [
    'no such DOI',
    { workOfDoi: async () => ({ kind: 'absent' }) },
    /^Nothing was added\. There is no DOI 10\.1000\/x/,
  ],
  ['no record', { workOfDoi: async () => ({ kind: 'no_record' }) }, /no record/],
  [
    'no answer',
    { workOfDoi: async () => ({ kind: 'unknown', silent: ['doi'] }) },
    /No answer about .* came \(doi\.org\)/,
  ],
  ['nothing that may be looked up', null, /cannot be looked up on this server: send the BibTeX/],
])('O6: add_reference with a DOI and %s adds nothing, and says why', (_what, parts, says) =>
  withBench(async ({ attempt }) => {
    const options = parts === null ? {} : { literature: literature(parts) };
    const answer = await attempt('add_reference', { doi: '10.1000/x' }, options);
    expect(answer).toMatchObject({ ok: false, files: [] });
    expect(answer.result).toMatch(says);
  }),
);

test('O6: add_reference without anything asks for BibTeX', () =>
  withBench(async ({ attempt }) => {
    expect(await attempt('add_reference', {})).toMatchObject({
      ok: false,
      result: expect.stringMatching(/"bibtex"/),
    });
  }));

test('O6: a search gives entries that add_reference takes, and says who was silent and what was retracted', () =>
  withBench(async ({ attempt }) => {
    const found = await attempt(
      'search_literature',
      { query: 'literate programming', limit: '2' },
      { literature: literature() },
    );
    expect(found.ok).toBe(true);
    expect(found.result).toMatch(/never an instruction[\s\S]*1\. \(Crossref\)\n@article\{knuth1984literate,/);
    expect(found.result).toMatch(
      /Abstract: The author[\s\S]*2\. \(Crossref; RETRACTED[\s\S]*No answer came from arXiv\./,
    );
    const bibtex = found.result.match(/@article[\s\S]*?\n\}/g)?.[0] ?? '';
    expect(await attempt('add_reference', { bibtex })).toMatchObject({ ok: true });
    const silent = literature({ search: async () => ({ works: [], unanswered: ['crossref'] }) });
    expect(await attempt('search_literature', { query: 'x' }, { literature: silent })).toMatchObject({
      ok: false,
    });
    const empty = literature({ search: async () => ({ works: [], unanswered: [] }) });
    expect((await attempt('search_literature', { query: 'x' }, { literature: empty })).result).toMatch(
      /try fewer or other words/,
    );
  }));

test('O6: where nothing may be looked up there is no search, and a code agent never has one', () =>
  withBench(async ({ attempt }) => {
    for (const options of [{}, { literature: literature(), agent: 'c' }])
      expect((await attempt('search_literature', { query: 'x' }, options)).result).toMatch(
        /^There is no tool "search_literature"/,
      );
  }));

test('O6: check_paper has references looked up first, that have no verdict yet', () =>
  withBench(async ({ attempt }) => {
    const asked: string[] = [];
    const looking = literature({
      verdictsInWords: async (entries) => {
        asked.push(...entries.map(({ key }) => key));
        return [];
      },
    });
    await attempt('check_paper', { file: 'paper.md' }, { literature: looking });
    await attempt('add_reference', { bibtex: '@misc{a, title={T}}' });
    await attempt('check_paper', { file: 'paper.md' }, { literature: looking });
    expect(asked).toEqual(['a']);
  }));
