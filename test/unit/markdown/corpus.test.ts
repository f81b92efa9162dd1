import { expect, test } from '@jest/globals';
import { updateSection } from '../../../src/domain/markdown/edit-section.ts';
import { referenceTo } from '../../../src/domain/markdown/find-section.ts';
import { outline } from '../../../src/domain/markdown/outline.ts';
import { forKatex, macrosOf } from '../../../src/domain/markdown/tex.ts';
import { workspacePath } from '../../../src/domain/markdown/workspace-path.ts';
import { markdownBlocks, outlineOf } from '../../../web/src/markdown/blocks.ts';
import { CORPUS, type Meaning } from '../../support/markdown/corpus.ts';

/** What a text means by the HTML that the page makes of it, before the browser has it. */
function meaningOf(text: string) {
  const html = markdownBlocks(text, 'document').join('');
  const plain = (part: string) => decoded(part.replace(/<[^>]*>/g, ''));
  const withTex = html.replace(/<(span|div) class="math[^>]*>(.*?)<\/\1>/gs, '⟦$2⟧');
  const rows = (/<table>.*?<\/table>/s.exec(withTex)?.[0] ?? '').split('<tr>').slice(1);
  const sources = [...html.matchAll(/<img[^>]*? src="([^"]*)"/g)].map(([, src]) =>
    workspacePath(decoded(src ?? '')),
  );
  return {
    formulas: [...html.matchAll(/<(?:span|div) class="math( math-block)?">(.*?)<\/(?:span|div)>/gs)].map(
      ([, block, tex]) => (block ? '$$' : '') + decoded(tex ?? ''),
    ),
    images: sources.filter((path) => path !== null),
    cells: rows.map((row) =>
      row
        .split(/<t[hd][^>]*>/)
        .slice(1)
        .map((cell) => plain(cell).trim()),
    ),
    notes: html.split('footnote-back').length - 1,
    shown: plain(withTex.replace(/<!--.*?-->|<script>.*?<\/script>/gs, '')).replace(/\s+/g, ' '),
  };
}

function decoded(html: string): string {
  return html
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&');
}

test('W13: the corpus has at least 120 texts, each with a name of its own', () => {
  expect(CORPUS.length).toBeGreaterThanOrEqual(120);
  expect(new Set(CORPUS.map(({ name }) => name)).size).toBe(CORPUS.length);
});

test.each(CORPUS)('W13: the outline and the page read $name alike, as it is meant', (entry: Meaning) => {
  const written = (level: number, title: string) => `${'#'.repeat(level)} ${title}`;
  expect(outline(entry.text).map(({ level, title }) => written(level, title))).toEqual(entry.headings ?? []);
  expect(outlineOf(entry.text).map(({ level, title }) => written(level, title))).toEqual(
    entry.headings ?? [],
  );
  const meaning = meaningOf(entry.text);
  expect(meaning.formulas).toEqual(entry.formulas ?? []);
  expect(meaning.images).toEqual(entry.images ?? []);
  expect(meaning.cells).toEqual(entry.cells ?? []);
  if (entry.notes === undefined) expect(meaning.notes).toBe(0);
  for (const words of entry.shows ?? []) expect(meaning.shown).toContain(words);
  for (const words of entry.hides ?? []) expect(meaning.shown).not.toContain(words);
});

test.each(CORPUS)(
  "W13: $name stays what it is in a section that is written, and moves nobody else's",
  (entry) => {
    const around = '# First\n\nbefore\n\n# Second\n\nafter\n';
    const edited = updateSection(around, 'First', entry.text, 'replace');
    if (!edited.ok) {
      // Refused with a reason where its headings or what it leaves open would swallow the next section.
      expect(edited.failure.message).not.toBe('');
      return;
    }
    const sections = outline(edited.source);
    expect(sections.map((section) => referenceTo(sections, section))).toContain('Second');
    expect(edited.source.endsWith('# Second\n\nafter\n')).toBe(true);
  },
);

test('W13: macros of one formula hold in all of a text, the last meaning of a name counts, and code defines none', () => {
  const text =
    '$\\newcommand{\\R}{\\mathbb{Q}}$ $\\renewcommand\\R{\\mathbb{R}}$ $$\\def\\half#1{\\frac{#1}{2}} \\DeclareMathOperator*{\\argmin}{arg\\,min}$$\n\n```\n\\newcommand{\\no}{x}\n```\n`\\newcommand{\\no}{x}`\n';
  expect(macrosOf(text)).toEqual({
    '\\R': '\\mathbb{R}',
    '\\half': '\\frac{#1}{2}',
    '\\argmin': '\\operatorname*{arg\\,min}',
  });
  expect(forKatex('\\newcommand{\\R}{\\mathbb{R}} x \\in \\R', false)).toBe('x \\in \\R');
});

test('W13: environments that the page’s typesetter lacks are set by those that it has', () => {
  expect(forKatex('\\begin{multline*} a \\end{multline*}', true)).toBe('\\begin{gather*} a \\end{gather*}');
  expect(forKatex('\\begin{align} a &= b \\label{eq:x} \\end{align}', false)).toBe(
    '\\begin{aligned} a &= b  \\end{aligned}',
  );
});
