/** Citations in the page's paper (O6): numbered in the order in which works are cited, with their list. */
import { expect, test } from '@jest/globals';
import { withCitations } from '../../../src/domain/references/with-citations.ts';

const BIB = `@article{harris, author={Harris, C. R. and Millman, K. J. and Walt, S. and Gommers, R.}, title={Array programming}, journal={Nature}, volume=585, number=7825, pages={357--362}, year=2020, doi={10.1038/s41586-020-2649-2}}
@book{hua, author={华罗庚}, title={堆垒素数论}, publisher={科学出版社}, year=1957}`;

const LIST = [
  '&#91;1&#93; 华罗庚. 堆垒素数论. 科学出版社, 1957.  ',
  '&#91;2&#93; Harris, C. R.; Millman, K. J.; Walt, S.; et al. Array programming. *Nature*, 585(7825), 357–362, 2020. [doi:10.1038/s41586-020-2649-2](https://doi.org/10.1038/s41586-020-2649-2).',
].join('\n');

test('O6: works are numbered as they are cited, and listed under the heading that the paper has', () => {
  expect(
    withCitations('As [@hua] and [see @harris, p. 3; @hua].\n\n## References\n\n## Appendix\n', BIB),
  ).toBe(`As &#91;1&#93; and &#91;see 2, p. 3; 1&#93;.\n\n## References\n\n${LIST}\n\n\n## Appendix\n`);
});

test('O6: without such a heading the list has one of its own at the end, in the paper’s language', () => {
  expect(withCitations('As [@hua] and [@harris].\n', BIB)).toBe(
    `As &#91;1&#93; and &#91;2&#93;.\n\n## References\n\n${LIST}\n`,
  );
  expect(withCitations('见文献 [@hua]。\n', BIB)).toContain('\n\n## 参考文献\n\n&#91;1&#93; 华罗庚');
});

test.each([
  [
    'code, links, images and what cites nothing',
    '`[@hua]` [a @hua](x) ![b @hua](y) [see a@b.org] [@fig:a] [@hua]: x\n',
  ],
  ['fences', '```\n[@hua]\n```\n\n~~~\n[@hua]\n```\n[@hua]\n~~~\n'],
])('O6: %s stay as they are', (_what, source) => {
  expect(withCitations(source, BIB)).toBe(source);
});

test('O6: a work that references.bib has not is named in its place, and no text of it is Markdown', () => {
  expect(withCitations('As [@euler].\n', '')).toBe('As **&#91;&#64;euler?&#93;**.\n'.replace('&#64;', '@'));
  const evil = '@misc{a, title={<script>*x*</script> $y$ [z](javascript:1)}}';
  const made = withCitations('As [@a].\n', evil);
  expect(made).not.toMatch(/<script>|\*x\*|\$y\$|\]\(javascript/);
});

test('O6: what a comment says of citations stays as it is written, over lines too', () => {
  const asked = '<!-- cite [@key] of references.bib -->';
  expect(withCitations(`# T\n\n${asked}\n`, '')).toBe(`# T\n\n${asked}\n`);
  const long = '<!-- one [@a]\ntwo [@b] --> [@c]\n';
  expect(withCitations(long, '')).toBe('<!-- one [@a]\ntwo [@b] --> **&#91;@c?&#93;**\n');
});
