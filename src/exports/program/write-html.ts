/** HTML by pandoc: formulas as MathML, references as citeproc made them. */
import type { Block, Inline } from '../paper/ast.ts';
import { htmlPage, withPictures } from './html-page.ts';
import { documentOf } from './pandoc.ts';
import type { Parts } from './parts.ts';

export async function writeHtml(parts: Parts): Promise<{ bytes: Uint8Array }> {
  const { paper, job, plainTitle, authors } = parts;
  const fragment = async (blocks: Block[], more: object = {}) => {
    if (blocks.length === 0) return '';
    const options = {
      from: 'json',
      to: 'html',
      wrap: 'none',
      'html-math-method': { method: 'mathml' },
      'syntax-highlighting': 'none',
      ...more,
    };
    const document = documentOf(withPictures(blocks, parts.pictures));
    return (await parts.convert(options, JSON.stringify(document), {})).stdout.trim();
  };
  const inline = async (inlines: Inline[]) => await fragment([{ t: 'Plain', c: inlines }]);
  const numbers = {
    'number-sections': job.style.numbersSections && !paper.numbersItself,
    'shift-heading-level-by': 1,
  };
  const html = htmlPage({
    language: paper.language,
    plainTitle,
    authors,
    date: paper.facts.date ?? '',
    title: await inline(parts.title),
    abstract: await fragment(parts.abstract),
    keywords: await Promise.all(parts.keywords.map(inline)),
    body: await fragment(parts.body, numbers),
  });
  return { bytes: Buffer.from(html) };
}
