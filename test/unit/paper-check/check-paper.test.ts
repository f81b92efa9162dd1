/** The paper check (O9): a text, and what is said of it, each with its line. */
import { expect, test } from '@jest/globals';
import { countsOf } from '../../../src/domain/provenance/provenance.ts';
import type { Provenance, TracedNumber } from '../../../src/domain/provenance/types.ts';
import { readBibtex } from '../../../src/domain/references/bibtex.ts';
import { comparedOf } from '../../../src/domain/references/compare-work.ts';
import { fingerprintOf, type ReferenceVerdict } from '../../../src/domain/references/verdict.ts';
import { type CheckInput, checkPaper, MOST_ITEMS } from '../../../src/paper-check/check-paper.ts';
import { numbersOfFigures } from '../../../src/paper-check/rules/figures.ts';

const NOTHING: Provenance = { numbers: [], figures: [], counts: countsOf([]) };

function check(source: string, more: Partial<CheckInput> = {}) {
  return checkPaper({
    source,
    files: ['paper.md', 'images/a.png', 'images/b.png'],
    bibliography: null,
    lookedUp: { online: false, verdicts: [] },
    thisYear: 2026,
    provenance: NOTHING,
    style: null,
    ...more,
  });
}

/** `code:line` of each item, errors with a mark. */
function said(source: string, more: Partial<CheckInput> = {}): string[] {
  return check(source, more).map(
    ({ code, line, severity }) => `${severity === 'error' ? '!' : ''}${code}:${line ?? ''}`,
  );
}

const LONG =
  'The estimate settles after some ten thousand points, and its interval narrows as theory says it has to.';
const LONG_ZH =
  '随着采样点数的增加，估计值逐渐稳定下来，置信区间的宽度也随之按照理论所预言的速度不断缩小，直至足够精确为止。';

test.each<[string, string, string[]]>([
  ['a paper with nothing wrong', '# T\n\n## A\n\nAs Figure 1 shows.\n\n![Points](images/a.png)\n', []],
  ['a figure that is not there', 'See Figure 1.\n\n![Points](images/c.png)\n', ['!figure_missing:3']],
  [
    'a figure that is not there, shown twice',
    '![](images/c.png) and ![](images/c.png)\n',
    ['!figure_missing:1'],
  ],
  ['a figure on the web', 'Text ![P](https://example.org/a.png)\n', ['!figure_missing:1']],
  ['a figure above the root', 'Text ![P](../a.png)\n', ['!figure_missing:1']],
  ['a figure that nobody refers to', 'Words.\n\n![Points](images/a.png)\n', ['figure_unreferenced:3']],
  ['a figure referred to by its label', 'See @fig:a.\n\n![Points](images/a.png){#fig:a}\n', []],
  ['a figure referred to by a link', 'See [it](#fig:a).\n\n![Points](images/a.png){#fig:a}\n', []],
  [
    'a figure referred to by another label',
    'See @fig:b.\n\n![P](images/a.png){#fig:a}\n',
    ['!reference_unresolved:1', 'figure_unreferenced:3'],
  ],
  ['a figure that the words beside it point at', 'The figure shows it.\n\n![Points](images/a.png)\n', []],
  ['a figure that the words behind it point at', '![收敛](images/a.png)\n\n如图所示，估计收敛。\n', []],
  ['a Chinese figure by its number', '结果见图1。\n\n![收敛](images/a.png)\n', []],
  [
    'two figures of which one is named',
    'See Fig. 2.\n\n![A](images/a.png)\n\n![B](images/b.png)\n',
    ['figure_unreferenced:3'],
  ],
  ['two figures as a range', 'See Figures 1–2.\n\n![A](images/a.png)\n\n![B](images/b.png)\n', []],
  ['a figure without a caption', 'See it.\n\n![](images/a.png)\n', ['figure_without_caption:3']],
  [
    'references that lead nowhere',
    'By @eq:a and\n@tbl:b.\n',
    ['!reference_unresolved:1', '!reference_unresolved:2'],
  ],
  ['a label that stands twice', '$$a$$ {#eq:a}\n\n$$b$$ {#eq:a}\n\nBy @eq:a.\n', ['label_twice:3']],
  ['a citation without a bibliography', 'As shown [@knuth].\n', ['!citation_unresolved:1']],
  ['a placeholder', 'One.\nTODO: more.\n', ['!placeholder:2']],
  ['the words todo and TBDs in code are none', 'A todo list, and `TODO`.\n\n```\nTODO\n```\n', []],
  ['the heading of a template', '# Title\n\nText.\n', ['!placeholder:1']],
  ['a Chinese placeholder', '## 结论\n\n（待补充）\n', ['!placeholder:3']],
  ['a bracket to fill in', 'By [insert name].\n', ['!placeholder:1']],
  ['parameters to be determined are no placeholder', 'The parameters to be determined are two.\n', []],
  ['an empty section', '# T\n\n## A\n\n## B\n\nText.\n', ['section_empty:3']],
  [
    'a section with a comment alone',
    '# T\n\n## A\n\n<!-- Say it. -->\n\n## B\n\nText.\n',
    ['section_empty:3'],
  ],
  ['a section with subsections alone', '# T\n\n## A\n\n### B\n\nText.\n', []],
  ['the last section, empty', '# T\n\nText.\n\n## A\n', ['section_empty:5']],
  ['an empty abstract', '# T\n\n## Abstract\n\n## A\n\nText.\n', ['section_empty:3']],
  ['a list of references that is made', '# T\n\nAs [@a].\n\n## References\n', ['!citation_unresolved:3']],
  ['a list of references of nothing', '# T\n\nText.\n\n## References\n', ['section_empty:5']],
  ['front matter counts as lines', '---\ntitle: T\n---\n\n## A\n\n## B\n\nText.\n', ['section_empty:5']],
  ['a paragraph twice', `${LONG}\n\nBetween.\n\n${LONG}\n`, ['paragraph_repeated:5']],
  ['a Chinese paragraph twice', `${LONG_ZH}\n\n- ${LONG_ZH}\n`, ['paragraph_repeated:3']],
  ['a short paragraph twice', 'See above.\n\nSee above.\n', []],
  ['code that is too wide', `\`\`\`python\na = 1\n${'b'.repeat(101)}\n\`\`\`\n`, ['code_line_long:3']],
  ['wide characters count twice', `\`\`\`\n${'中'.repeat(51)}\n\`\`\`\n`, ['code_line_long:2']],
  ['code that fits', `\`\`\`\n${'b'.repeat(100)}\n\`\`\`\n`, []],
  ['a column without a unit', '| Run | Time |\n| - | - |\n| a | 1.5 |\n| b | 2.5 |\n', ['unit_missing:1']],
  ['a column with a unit', '| Run | Time (s) |\n| - | - |\n| a | 1.5 |\n| b | 2.5 |\n', []],
  ['a unit behind a slash', '| Run | 时间/s |\n| - | - |\n| a | 1.5 |\n| b | 2.5 |\n', []],
  ['a unit in the cells', '| Run | Time |\n| - | - |\n| a | 1.5 s |\n| b | 2.5 s |\n', []],
  ['a unit in the formula', '| Run | Time $t\\,[\\mathrm{s}]$ |\n| - | - |\n| a | 1.5 |\n| b | 2.5 |\n', []],
  [
    'a unit in the caption',
    'Table: Times in seconds\n\n| Run | Time |\n| - | - |\n| a | 1.5 |\n| b | 2.5 |\n',
    [],
  ],
  ['a pure number', '| Run | Relative length |\n| - | - |\n| a | 1.5 |\n| b | 2.5 |\n', []],
  ['HTML in the text', '<table><tr><td>a</td></tr></table>\n', ['html_left_out:1']],
])('O9: %s', (_what, source, items) => {
  expect(said(source)).toEqual(items);
});

test('O9: a template that nobody has begun to fill is said to be empty, and no more', () => {
  expect(said('# Title\n\n## Abstract\n\n<!-- Say it. -->\n\n## Method\n')).toEqual(['paper_empty:']);
});

test('O9: a cited key that references.bib has is no item, another is named', () => {
  const bibliography = '@misc{knuth, title={A}}\n@misc{gauss}\n';
  const items = check('As [@knuth; @euler].\n', { bibliography });
  expect(items.slice(0, 2).map(({ code, about }) => [code, about])).toEqual([
    ['bib_field_missing', 'gauss'],
    ['bib_unused', 'gauss'],
  ]);
  expect(items.slice(2)).toEqual([
    {
      code: 'citation_unresolved',
      message: 'references.bib has no @euler.',
      severity: 'error',
      line: 1,
      about: 'euler',
    },
  ]);
});

test('O9: where files are too many to be listed none is said to be missing', () => {
  expect(said('See Figure 1.\n\n![Points](images/c.png)\n', { files: null })).toEqual([]);
});

test('O9: what a style asks comes with its own codes', () => {
  const style = { checks: { needs: ['team' as const] }, languages: ['zh' as const] };
  expect(said('# T\n\nSome words.\n', { style })).toEqual(['style_language:', 'fact_missing:']);
});

test('O9, T7: numbers without a source, of older runs and of changed inputs are named once, with their lines', () => {
  const source = 'One 0.123, two 0.456,\nthree 0.789, four 7 and 0.123.\n';
  const number = (text: string, more: Partial<TracedNumber>): TracedNumber => ({
    text,
    start: source.indexOf(text),
    end: source.indexOf(text) + text.length,
    state: 'untraced',
    ...more,
  });
  const numbers = [
    number('0.123', {}),
    number('0.456', { state: 'superseded', run: 3, newer: '0.455' }),
    number('0.789', { state: 'stale', run: 2, file: 'data/a.csv', reason: 'input_changed' }),
    number('7', {}),
    { ...number('0.123', {}), start: source.lastIndexOf('0.123') },
    number('0.456', { state: 'traced', run: 4 }),
    number('0.789', { decision: 'd', reason: 'ambiguous' }),
  ];
  const figures = [{ path: 'images/a.png', state: 'edited' as const, run: 5 }];
  const items = check(source, { provenance: { ...NOTHING, numbers, figures } });
  expect(items.map(({ code, line, severity, message }) => [code, line, severity, message])).toEqual([
    ['figure_edited', undefined, 'warning', 'images/a.png is not as run 5 left it.'],
    [
      'number_untraced',
      1,
      'warning',
      '0.123 stands in no run, message or file: have a script print it, or take it out.',
    ],
    ['number_superseded', 1, 'error', '0.456 is of run 3; a newer run gives 0.455.'],
    ['number_stale', 2, 'warning', '0.789 is of run 2, and data/a.csv has changed since.'],
  ]);
});

test.each<[string, number[]]>([
  ['Figure 3', [3]],
  ['figs. 2 and 4', [2, 4]],
  ['Figures 1–3, 7', [1, 2, 3, 7]],
  ['图 1、图 2 和 4', [1, 2, 4]],
  ['Figure 2(b) and Fig.3a', [2, 3]],
  ['configure 3 and 图书 4', []],
  ['Figure 1 to 900', [...Array.from({ length: 30 }, (_, index) => index + 1), 900]],
])('O9: "%s" speaks of the figures %j', (text, numbers) => {
  expect(numbersOfFigures(text)).toEqual(numbers);
});

test('O9: the items of a paper are bounded', () => {
  expect(check('By @eq:a.\n\n'.repeat(1_000))).toHaveLength(MOST_ITEMS);
});

test('O6: what the sources say of cited works is said where they are cited; what is unchecked only where it could be', () => {
  const keys = ['good', 'wrong', 'lost', 'gone', 'kept', 'late'];
  const bibliography = [...keys, 'uncited']
    .map((key) => `@misc{${key}, title={Title of ${key}}, year=2000}\n`)
    .join('');
  const fingerprints = new Map(
    readBibtex(bibliography).entries.map((entry) => [entry.key, fingerprintOf(comparedOf(entry))]),
  );
  const verdicts: [string, ReferenceVerdict][] = [
    ['good', { verdict: 'verified', source: 'doi' }],
    [
      'wrong',
      { verdict: 'mismatch', source: 'crossref', fields: ['year'], found: { title: 'T', year: 1990 } },
    ],
    ['lost', { verdict: 'not_found' }],
    ['gone', { verdict: 'retracted', source: 'crossref' }],
    ['kept', { verdict: 'not_checkable', reason: 'kind_not_listed' }],
    ['uncited', { verdict: 'not_found' }],
  ].map(([key, verdict]) => [fingerprints.get(key as string) ?? '', verdict as ReferenceVerdict]);
  const source = `# T\n\n${keys.map((key) => `As [@${key}] says.\n\n`).join('')}`;
  const of = (online: boolean) =>
    said(source, { bibliography, lookedUp: { online, verdicts } }).filter(
      (one) => !one.includes('bib_unused'),
    );
  expect(of(true)).toEqual(['bib_unchecked:', 'bib_mismatch:5', 'bib_not_found:7', '!bib_retracted:9']);
  expect(of(false)).toEqual(['bib_mismatch:5', 'bib_not_found:7', '!bib_retracted:9']);
});
