/** Which files a document shows, for whoever may have those and no others (H8). */
import { expect, test } from '@jest/globals';
import { filesShownBy } from '../../../src/domain/markdown/files-shown.ts';
import { MOST_MARKDOWN_CHARACTERS, UnreadableMarkdown } from '../../../src/domain/markdown/unreadable.ts';

test('H8: images of Markdown and of HTML are shown, wherever they stand, each once', () => {
  const { images } = filesShownBy(
    [
      '![a](images/a.png) and ![b](./images/b%20c.png "title")',
      '![d](images/d e.png)',
      '<img alt="x" src="images/f.svg" width="50%"> <img src=images/g.png>',
      "<figure>\n<img\n src = 'images/h.png'>\n</figure>",
      '> - ![a](images/a.png)',
      '| ![i](images/i.png) |\n| --- |\n| x |',
      '[![j](images/j.png)](https://example.com)',
      'note[^1]\n\n[^1]: ![k](images/k.png)',
      '![r][ref]\n\n[ref]: images/r.png',
    ].join('\n\n'),
  );
  expect(images.sort()).toEqual(
    ['a.png', 'b c.png', 'd e.png', 'f.svg', 'g.png', 'h.png', 'i.png', 'j.png', 'k.png', 'r.png'].map(
      (name) => `images/${name}`,
    ),
  );
});

test('H8: what is linked, written as code, hidden in a comment, or elsewhere is not shown', () => {
  const source =
    '[data](data.csv) `![x](code.png)`\n\n    ![y](indented.png)\n\n```\n![z](fenced.png)\n```\n\n![w](https://example.com/w.png) ![v](../out.png)\n\n<!-- ![u](u.png) <img src="t.png"> -->\n\n<p><!-- <img src="s.png"> --></p>';
  expect(filesShownBy(source).images).toEqual([]);
});

test('H8: a paper that cites shows its bibliography', () => {
  expect(filesShownBy('As [@lee2020] says.').cites).toBe(true);
  expect(filesShownBy('As [see @lee2020, p. 3] says.').cites).toBe(true);
  expect(filesShownBy('Write to a@example.com [or not].').cites).toBe(false);
});

test('SR-C1: a text that is too long is refused', () => {
  expect(() => filesShownBy('x'.repeat(MOST_MARKDOWN_CHARACTERS + 1))).toThrow(UnreadableMarkdown);
});
