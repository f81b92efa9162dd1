import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Markup, markup, pictureAt, pictureName } from '../../../web/src/paper/markup.ts';
import { countWords } from '../../../web/src/paper/word-count.ts';

/** `[` and `]` are what is selected, before and after. */
function press(kind: Markup, marked: string): string {
  const from = marked.indexOf('[');
  const text = marked.replace('[', '').replace(']', '');
  const edit = markup(kind, text, { from, to: marked.indexOf(']') - 1 });
  const done = text.slice(0, edit.from) + edit.insert + text.slice(edit.to);
  return `${done.slice(0, edit.select.from)}[${done.slice(edit.select.from, edit.select.to)}]${done.slice(edit.select.to)}`;
}

test('V46: a button marks what is selected, and pressed again takes the mark away', () => {
  expect(press('bold', 'a [word] b')).toBe('a **[word]** b');
  expect(press('bold', 'a **[word]** b')).toBe('a [word] b');
  expect(press('italic', 'a **[word]** b')).toBe('a ***[word]*** b');
  expect(press('italic', 'a ***[word]*** b')).toBe('a **[word]** b');
  expect(press('formula', '[]')).toBe('$[]$');
  for (const kind of ['bold', 'italic', 'formula'] as const)
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z ]*$/), (words) => {
        expect(press(kind, press(kind, `x [${words}] y`))).toBe(`x [${words}] y`);
      }),
    );
});

test('V46: a heading goes a level deeper with each press, and a list item comes and goes, line by line', () => {
  expect(press('heading', 'one\nt[]wo')).toBe('one\n## two[]');
  expect(press('heading', '## [two]')).toBe('### two[]');
  expect(press('heading', '### [two]')).toBe('two[]');
  expect(press('list', 'a[b\n\nc]d')).toBe('[- ab\n\n- cd]');
  expect(press('list', '[- ab\n- cd]')).toBe('[ab\ncd]');
});

test('V46: a link has the selected words, and waits for its address, or for its words where there are none', () => {
  const text = 'see here';
  const edit = markup('link', text, { from: 4, to: 8 });
  expect(edit).toMatchObject({ insert: '[here](https://)', select: { from: 19, to: 19 } });
  expect(markup('link', '', { from: 0, to: 0 })).toMatchObject({
    insert: '[](https://)',
    select: { from: 1, to: 1 },
  });
});

test('V46: a picture stands on a line of its own, with the cursor where its caption goes', () => {
  const put = (text: string, at: number) => {
    const edit = pictureAt(text, at, 'images/a.png');
    return { text: text.slice(0, at) + edit.insert + text.slice(at), cursor: edit.select.from };
  };
  expect(put('words', 5)).toEqual({ text: 'words\n\n![](images/a.png)\n', cursor: 9 });
  expect(put('a\n\nb', 3).text).toBe('a\n\n![](images/a.png)\n\nb');
  expect(put('', 0)).toEqual({ text: '![](images/a.png)\n', cursor: 2 });
});

test('V46: each pasted picture has a name of its own', () => {
  const now = new Date('2026-11-30T23:15:02.004Z');
  expect(pictureName({ name: 'image.png', type: 'image/png' }, now)).toBe('picture-20261130-231502.png');
  expect(pictureName({ name: 'set up.JPG', type: 'image/jpeg' }, now)).toBe('set up-20261130-231502.jpg');
  expect(pictureName({ name: '', type: 'image/webp' }, now)).toBe('picture-20261130-231502.webp');
});

test('V46: words are counted as readers count them, and signs where there are no gaps between words', () => {
  expect(countWords('# The length of a walk\n\nIt is 3.14 units long, at $x^2 + 1$ or so.')).toBe(14);
  expect(countWords('用蒙特卡洛方法估计 π 的值')).toBe(12);
  expect(
    countWords(
      '<!-- not this -->\n\n```python\nprint(1)\n```\n\n$$a + b$$ {#eq:a}\n\n![one two](images/a.png)\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n',
    ),
  ).toBe(6);
  expect(countWords('<!-- nothing yet -->\n')).toBe(0);
});
