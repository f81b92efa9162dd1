/** DOCX: real headings, captions, formulas and references, in the styles of the reference document (O4). */
import type { Block, Inline } from '../paper/ast.ts';
import { attr, str } from '../paper/ast.ts';
import { documentOf } from './pandoc.ts';
import type { Parts } from './parts.ts';

const NAME = 'paper.docx';

export async function writeDocx(parts: Parts, reference: Buffer | undefined): Promise<{ bytes: Uint8Array }> {
  const { convert, job, paper, pictures } = parts;
  const { language, facts } = paper;
  const inlines = (c: Inline[]) => ({ t: 'MetaInlines', c });
  const meta = {
    title: inlines(parts.title),
    lang: { t: 'MetaString', c: language === 'zh' ? 'zh-CN' : 'en-US' },
    'abstract-title': { t: 'MetaString', c: language === 'zh' ? '摘要' : 'Abstract' },
    'toc-title': { t: 'MetaString', c: language === 'zh' ? '目录' : 'Contents' },
    ...(facts.authors.length === 0
      ? {}
      : { author: { t: 'MetaList', c: facts.authors.map((name) => inlines([str(name)])) } }),
    ...(facts.date === undefined ? {} : { date: inlines([str(facts.date)]) }),
    ...(parts.abstract.length === 0 ? {} : { abstract: { t: 'MetaBlocks', c: parts.abstract } }),
  };
  const files: Record<string, Blob> = {};
  for (const { name, bytes } of pictures) files[name] = new Blob([new Uint8Array(bytes)]);
  if (reference !== undefined) files['reference.docx'] = new Blob([new Uint8Array(reference)]);
  const options = {
    from: 'json',
    to: 'docx',
    standalone: true,
    'output-file': NAME,
    'number-sections': job.style.numbersSections && !paper.numbersItself,
    'table-of-contents': job.style.contents,
    'syntax-highlighting': 'none',
    ...(reference === undefined ? {} : { 'reference-doc': 'reference.docx' }),
  };
  const document = documentOf([...keywordsOf(parts), ...parts.body], meta);
  const made = (await convert(options, JSON.stringify(document), files)).files[NAME];
  if (made === undefined) throw new Error('pandoc wrote no document');
  return { bytes: new Uint8Array(await made.arrayBuffer()) };
}

function keywordsOf({ keywords, paper: { language } }: Parts): Block[] {
  if (keywords.length === 0) return [];
  const isChinese = language === 'zh';
  const words = keywords.flatMap((word, index) => [
    ...(index > 0 ? [str(isChinese ? '；' : '; ')] : []),
    ...word,
  ]);
  const name: Inline = { t: 'Strong', c: [str(isChinese ? '关键词：' : 'Keywords:')] };
  const line: Block = { t: 'Para', c: [name, ...(isChinese ? [] : [str(' ')]), ...words] };
  return [{ t: 'Div', c: [attr('', [], [['custom-style', 'Abstract']]), [line]] }];
}
