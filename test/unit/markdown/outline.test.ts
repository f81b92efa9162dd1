import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { outline, pathOf } from '../../../src/domain/markdown/outline.ts';
import { lines } from './arbitraries.ts';

const titles = (source: string): string[] => outline(source).map((section) => section.title);
const paths = (source: string): string[] => outline(source).map(pathOf);

test('F6: ATX and setext headings are sections, with levels and paths', () => {
  const source =
    'Paper\n=====\n\nIntro text\n\n## Method\n\nSampling\n--------\n\nx\n\n### Detail ###\n\n# End\n';
  expect(outline(source).map(({ title, level }) => [level, title])).toEqual([
    [1, 'Paper'],
    [2, 'Method'],
    [2, 'Sampling'],
    [3, 'Detail'],
    [1, 'End'],
  ]);
  expect(paths(source)).toEqual([
    'Paper',
    'Paper > Method',
    'Paper > Sampling',
    'Paper > Sampling > Detail',
    'End',
  ]);
});

test('F6: a section runs to the next heading of the same or a higher level', () => {
  const source = '# A\n\na\n\n## B\n\nb\n\n### C\n\nc\n\n## D\n\nd\n\n# E\n';
  const texts = outline(source).map((section) => source.slice(section.start, section.end));
  expect(texts).toEqual([
    '# A\n\na\n\n## B\n\nb\n\n### C\n\nc\n\n## D\n\nd\n\n',
    '## B\n\nb\n\n### C\n\nc\n\n',
    '### C\n\nc\n\n',
    '## D\n\nd\n\n',
    '# E\n',
  ]);
  const [a] = outline(source);
  expect(source.slice(a?.bodyStart).startsWith('\na\n')).toBe(true);
});

test.each([
  ['a backtick fence', '```\n# no\n```\n# yes\n'],
  ['a tilde fence', '~~~md\n# no\n~~~\n# yes\n'],
  ['a longer fence around a shorter one', '````\n```\n# no\n```\n# no\n````\n# yes\n'],
  ['an unclosed fence', '# yes\n\n```\n# no\n'],
  ['indented code', '    # no\n\n# yes\n'],
  ['YAML front matter', '---\ntitle: x\n# no: comment\n---\n# yes\n'],
  ['TOML front matter', '+++\n# no\n+++\n# yes\n'],
  ['an HTML comment', '<!--\n# no\n\n# no\n-->\n\n# yes\n'],
  ['an HTML block', '<div>\n# no\n</div>\n\n# yes\n'],
  ['a pre block', '<pre>\n\n# no\n\n</pre>\n\n# yes\n'],
  ['a block quote', '> # no\n> text\n\n# yes\n'],
  ['a list', '- # no\n- x\n\n  ## no\n\n1. # no\n\n# yes\n'],
  ['display math, where a line of = would make a setext heading', '$$\na\n=\nb\n$$\n\n# yes\n'],
  ['an escaped number sign', '\\# no\n\n# yes\n'],
  ['number signs without a space', '#no\n\n####### no\n\n# yes\n'],
  ['a thematic break after a blank line', 'text\n\n---\n\n# yes\n'],
  ['a table', '| a | b |\n| --- | --- |\n| 1 | 2 |\n\n# yes\n'],
])('F6: %s holds no section', (_what, source) => {
  expect(titles(source)).toEqual(['yes']);
});

test('a forgotten $$ hides no heading: display math holds no blank line', () => {
  expect(titles('$$\na = b\n\n# One\n\n$$\nc\n$$\n\n# Two\n')).toEqual(['One', 'Two']);
});

test('a $$ inside a code fence opens no formula', () => {
  expect(titles('```\n$$\n```\n# One\ncosts 5$$\n')).toEqual(['One']);
});

test('titles are plain text; the raw text is kept beside it', () => {
  const [section] = outline('## The *fast* `run()` of [x](http://y) & \\*z\\*  ##\n');
  expect(section?.title).toBe('The fast run() of x & *z*');
  expect(section?.rawTitle).toBe('The *fast* `run()` of [x](http://y) & \\*z\\*');
});

test('positions hold with a byte-order mark, tabs, CRLF and a lone CR', () => {
  for (const end of ['\n', '\r\n', '\r']) {
    const source = `\uFEFF# A${end}${end}\t\tcode${end}${end}##\tB \t${end}x${end}`;
    const [a, b] = outline(source);
    expect(a && source.slice(a.start, a.bodyStart)).toBe(`# A${end}`);
    expect(b && source.slice(b.start, b.bodyStart)).toBe(`##\tB \t${end}`);
    expect(b && source.slice(b.bodyStart, b.end)).toBe(`x${end}`);
    expect([a?.line, b?.line]).toEqual([1, 5]);
  }
});

test('a setext heading of several lines is one title, and starts at its first line', () => {
  const source = 'text\n\n  #One\n  two\n---\nbody\n';
  const [section] = outline(source);
  expect(section).toMatchObject({ title: '#One two', level: 2, style: 'setext', start: 6 });
  expect(source.slice(section?.bodyStart)).toBe('body\n');
});

test('empty documents and empty headings are fine', () => {
  expect(outline('')).toEqual([]);
  expect(titles('#\n\n##  ##\n')).toEqual(['', '']);
});

test('F6: headings are where another CommonMark parser finds them', () => {
  const theirs = (source: string) =>
    fromMarkdown(source).children.flatMap((node) => {
      if (node.type !== 'heading') return [];
      const [first, last] = [node.children[0], node.children.at(-1)];
      const raw = source.slice(first?.position?.start.offset ?? 0, last?.position?.end.offset ?? 0);
      return [[node.depth, node.position?.start.line, raw]];
    });
  fc.assert(
    fc.property(lines, (source) => {
      const ours = outline(source).map(({ level, line, rawTitle }) => [level, line, rawTitle]);
      expect(ours).toEqual(theirs(source));
    }),
    { numRuns: 2_000 },
  );
});
