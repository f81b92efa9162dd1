import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { workspacePath } from '../../../src/domain/markdown/workspace-path.ts';
import { createMarkdownBlocks, markdownBlocks, outlineOf } from '../../../web/src/markdown/blocks.ts';

const html = (source: string, flavour: 'document' | 'message' = 'document') =>
  markdownBlocks(source, flavour).join('');

test('U10: TeX between its delimiters is marked and otherwise left as it is', () => {
  expect(html('a $x_1 < y$ b')).toBe('<p>a <span class="math">x_1 &lt; y</span> b</p>\n');
  expect(html('a \\(x*y*z\\) b')).toBe('<p>a <span class="math">x*y*z</span> b</p>\n');
  expect(html('$$\na_1 *b* c_2\n$$')).toBe('<div class="math math-block">a_1 *b* c_2</div>\n');
  expect(html('\\[ a \\]')).toBe('<div class="math math-block">a</div>\n');
});

test('prices, escaped dollars and code are no formulas', () => {
  for (const source of ['from $5 to $6', 'costs \\$5 and \\$6', '`$x$`', '$ x $', '$$', '5$ and 6$']) {
    expect(html(source)).not.toContain('math');
  }
});

test('a formula that is still being written shows as text and swallows nothing', () => {
  expect(html('before\n\n$$\n\\frac{1')).toContain('<p>before</p>');
  expect(html('$$\nopen\n\nnext paragraph')).toContain('<p>next paragraph</p>');
});

test('front matter and comments of a paper do not show; HTML in a chat message shows as text', () => {
  expect(html('---\ntitle: x\n---\n# A')).toBe('<h1>A</h1>\n');
  expect(html('---\n\nno front matter')).toContain('no front matter');
  expect(html('<b>x</b>', 'message')).toContain('&lt;b&gt;');
});

test('V17: what a template asks for shows under a head where nothing is written yet, shortened to whole sentences, and as text', () => {
  const template =
    '# Title\n\n<!-- At most 15 words. -->\n\n## Summary\n\n<!-- The <b>question</b>\n& the number. -->\n';
  expect(html(template)).toBe(
    '<h1 class="asked">Title</h1>\n<p class="asked">At most 15 words.</p>\n<h2>Summary</h2>\n' +
      '<p class="asked">The &lt;b&gt;question&lt;/b&gt; &amp; the number.</p>\n',
  );
  expect(html(`${template}\nWritten.\n`)).not.toContain('asked">The');
  expect(html('## A\n\n<!-- x --> <b>y</b>\n')).not.toContain('asked');
  expect(html(`## A\n\n<!-- ${'One of many words. '.repeat(40)}-->\n`).length).toBeLessThan(320);
  expect(html('words\n\n<!-- a note -->\n\n## A\n')).not.toContain('asked');
  expect(html(template, 'message')).not.toContain('asked');
});

test('V17: a title that has been given is no longer asked for; a section is until it is written, whatever its level', () => {
  expect(html('# What was found\n\n<!-- At most 15 words. -->\n\n## Summary\n')).not.toContain('asked');
  expect(html('# Introduction\n\n<!-- The question. -->\n\n# Method\n')).toContain(
    '<p class="asked">The question.',
  );
});

test('V17: code in what is asked for is shown as code, and nothing else of it as markup', () => {
  const asked = html('# Title\n\n<!-- Set in the style `article`: `![caption](a.png)` <b> -->\n\n## A\n');
  expect(asked).toContain('in the style <code>article</code>: <code>![caption](a.png)</code> &lt;b&gt;');
});

test('V17: what is shortened ends with a sentence, not within a name that has a dot', () => {
  const more = 'Words that fill what is left of the room for it. '.repeat(4);
  const shown = html(`## A\n\n<!-- One. Figures: images/a.png and ${more.repeat(2)}-->\n`);
  expect(shown).toContain('<p class="asked">One. Figures: images/a.png and Words that fill');
  expect(shown).toMatch(/room for it\.<\/p>/);
  expect(html(`## A\n\n<!-- One. ${'images/a.png '.repeat(30)}-->\n`)).toContain('<p class="asked">One.</p>');
});

test('V17: a paper that grows shows what is asked for as one that is read at once', () => {
  const whole = '# Given\n\n<!-- one -->\n\n## B\n\n<!-- two -->\n\nwords\n\n## C\n\n<!-- three -->\n';
  const grow = createMarkdownBlocks('document');
  for (let end = 1; end <= whole.length; end += 1)
    expect([end, ...grow(whole.slice(0, end))]).toEqual([
      end,
      ...markdownBlocks(whole.slice(0, end), 'document'),
    ]);
});

test('while text streams in, only the last block changes', () => {
  const text = '# A\n\nfirst\n\n- one\n- two\n\n| a |\n|--:|\n| 1 |\n\nlast';
  const before = markdownBlocks(text, 'message');
  const after = markdownBlocks(`${text} words`, 'message');
  expect(before).toHaveLength(5);
  expect(after.slice(0, -1)).toEqual(before.slice(0, -1));
});

test("a table's alignment needs no style, for styles are stripped from untrusted HTML", () => {
  expect(html('| a | b |\n|--:|:-:|\n| 1 | 2 |')).toContain('<td align="right">1</td>');
  expect(html('| a |\n|--:|\n| 1 |')).not.toContain('style');
});

test('A8: only references into the workspace are its paths', () => {
  expect(workspacePath('images/a%20b.png')).toBe('images/a b.png');
  expect(workspacePath('./images/../images//a.png?v=2#x')).toBe('images/a.png');
  expect(workspacePath('/images/a.png')).toBe('images/a.png');
  expect(workspacePath('50%.png')).toBe('50%.png');
  for (const outside of [
    '',
    '#a',
    'https://x/a.png',
    '//x/a.png',
    'data:image/png;base64,',
    '../a.png',
    'a/../../b',
  ])
    expect(workspacePath(outside)).toBeNull();
});

const rich = [
  '# A *title*\n\nFirst paragraph\nwith two lines and $x$.\n\n',
  '- one\n- two\n\n  more of two\n\n1. first\n\n   $$\n   a\n   $$\n',
  '```python\nprint("# no heading")\n\n```\n',
  '> quote\nlazy\n\n| a | b |\n|---|---|\n| 1 | 2 |\n',
  'Setext\n======\n\n$$\n\\frac{1}{2}\n$$\n\n<b>html</b>\n\n',
  'see [this][ref] and [that]\n\n[ref]: https://example.org/a\n\n[that]: https://example.org\n',
  'end\r\nof lines\r\n\r\nlast 𝑥',
  'a note[^1] and another[^b]\n\n[^1]: The note.\n\n',
  '| $P(A|B)$ | $5 |\n|---|---|\n| $|x|$ | $6 |\n\n\\[\na\n= b\n\\]\n\n\\begin{align}\na &= b\n\\end{align}\n\n',
];

test('a text that grows piece by piece is at each moment what it would be if it had come at once', () => {
  const pieces = fc.array(fc.constantFrom(...rich), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(pieces, fc.array(fc.nat(40), { minLength: 1 }), (parts, steps) => {
      const source = parts.join('');
      const growing = createMarkdownBlocks('message', (block) => block);
      for (let at = 0, turn = 0; at < source.length; turn += 1) {
        at = Math.min(source.length, at + 1 + (steps[turn % steps.length] ?? 0));
        expect(growing(source.slice(0, at))).toEqual(markdownBlocks(source.slice(0, at), 'message'));
      }
    }),
    { numRuns: 60 },
  );
});

test('a block that another one follows is not made again while the text grows', () => {
  let made = 0;
  const growing = createMarkdownBlocks('message', (block) => {
    made += 1;
    return block;
  });
  let source = '';
  for (let paragraph = 0; paragraph < 100; paragraph += 1) {
    source += `Paragraph ${paragraph}.\n\n`;
    growing(source);
  }
  expect(made).toBeLessThan(250);
});

test('U10: the outline holds the sections, with their places in the source and on the sheet; quotes, lists and code hold none', () => {
  const source =
    '---\ntitle: x\n---\n# A *b*\n\ntext\n\n> # quoted\n\n- # listed\n\n```\n# code\n```\n\nTwo\n---\n';
  expect(outlineOf(source)).toEqual([
    { level: 1, title: 'A b', block: 0, line: 3 },
    { level: 2, title: 'Two', block: 5, line: 15 },
  ]);
  expect(markdownBlocks(source, 'document')[5]).toBe('<h2>Two</h2>\n');
});
