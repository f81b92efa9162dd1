import { expect, test } from '@jest/globals';
import { markdownBlocks } from '../../../web/src/markdown/blocks.ts';
import { workspacePath } from '../../../web/src/markdown/workspace-path.ts';

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
