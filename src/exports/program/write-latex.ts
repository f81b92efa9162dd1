/** LaTeX: a zip of the paper, its references and its figures, for XeLaTeX (O4). */
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import { attr, type Block, type Inline, type Problem, str } from '../paper/ast.ts';
import { latexRoom, roomOf } from '../paper/set-apart.ts';
import { breakableCode, preambleOf, wrappedCode } from './latex-preamble.ts';
import { texHas, withSymbols } from './latex-symbols.ts';
import { charactersOf, missingProblem } from './missing-characters.ts';
import { documentOf } from './pandoc.ts';
import type { Parts } from './parts.ts';
import { mapNodes, type Node } from './walk.ts';

/** The same paper makes the same bytes. */
const WRITTEN = new Date(Date.UTC(2000, 0, 1));

export async function writeLatex(parts: Parts, problems: Problem[]): Promise<{ bytes: Uint8Array }> {
  const { paper, job, convert, bibliography, pictures } = parts;
  const written = charactersOf([parts.title, parts.abstract, parts.keywords, parts.body]);
  const missing = written.filter((char) => !texHas(char, paper.language));
  const lacks = 'The usual fonts of TeX lack some characters, or may lack them, and leave them out';
  problems.push(...missingProblem(job.source, missing, lacks));
  const { language, facts } = paper;
  const inlines = (c: Inline[]) => ({ t: 'MetaInlines', c: inTex(c) });
  const abstract = [...parts.abstract, ...keywordsOf(parts)];
  const meta = {
    title: inlines(parts.title),
    'title-meta': { t: 'MetaString', c: parts.plainTitle },
    ...(parts.authors.length === 0
      ? {}
      : { author: { t: 'MetaList', c: parts.authors.map((name) => inlines([str(name)])) } }),
    ...(facts.date === undefined ? {} : { date: inlines([str(facts.date)]) }),
    ...(abstract.length === 0 ? {} : { abstract: { t: 'MetaBlocks', c: inTex(abstract) } }),
    // ctex sets Chinese by itself.
    ...(language === 'zh' ? {} : { lang: { t: 'MetaString', c: 'en-US' } }),
  };
  const { latex, contents, front } = job.style;
  const options = {
    from: 'json',
    to: 'latex',
    standalone: true,
    ...(language === 'zh' ? {} : { 'cite-method': 'natbib' }),
    'number-sections': job.style.numbersSections && !paper.numbersItself,
    'table-of-contents': contents,
    'syntax-highlighting': 'none',
    variables: {
      documentclass: latex.class[language],
      fontsize: latex.fontSize,
      papersize: latex.paper,
      geometry: [`margin=${latex.margin}`],
      indent: true,
      natbiboptions: 'numbers,sort&compress',
      'biblio-style': 'unsrtnat',
      'header-includes': [preambleOf(parts)],
      ...(front === 'above' ? {} : { 'include-before': ['\\newpage'] }),
    },
  };
  const behindContents: Block[] =
    contents && front !== 'above' ? [{ t: 'RawBlock', c: ['latex', '\\newpage'] }] : [];
  const { stdout } = await convert(
    options,
    JSON.stringify(documentOf([...behindContents, ...headingsWithTables(inTex(parts.body))], meta)),
    {},
  );
  const zip = new ZipFile();
  const add = (name: string, bytes: Uint8Array) =>
    zip.addBuffer(Buffer.from(bytes), name, { mtime: WRITTEN });
  add('paper.tex', Buffer.from(stdout));
  if (bibliography !== null) add('references.bib', Buffer.from(bibliography.bibtex));
  for (const { name, bytes } of pictures) add(`figures/${name}`, bytes);
  zip.end();
  return { bytes: await buffer(zip.outputStream) };
}

/** Lines of a heading, with what stands free around it. */
const HEADING_LINES = 3;

/** A heading goes to the next page with the table that stands right below it. */
function headingsWithTables(blocks: Block[]): Block[] {
  const made: Block[] = [];
  for (const block of blocks) {
    const [first, ...rest] = block.t === 'Div' ? block.c[1] : [];
    const lines = roomOf(first);
    const from = made.findLastIndex(({ t }) => t !== 'Header') + 1;
    if (block.t !== 'Div' || lines === null || from === made.length) made.push(block);
    else {
      const headings = made.splice(from);
      const room = latexRoom(lines + HEADING_LINES * headings.length);
      made.push(room, ...headings, { ...block, c: [block.c[0], rest] });
    }
  }
  return made;
}

function inTex<T extends Block[] | Inline[]>(tree: T): T {
  return mapNodes(tree, (node) => {
    switch (node.t) {
      case 'Str':
        return withSymbols(String(node.c));
      case 'Math':
        return { t: 'Math', c: [(node.c as [unknown])[0], withoutNumbers((node.c as [unknown, string])[1])] };
      case 'Code':
        return breakableCode(...(node.c as [unknown, string]));
      case 'CodeBlock':
        return {
          t: 'CodeBlock',
          c: [(node.c as [unknown])[0], wrappedCode((node.c as [unknown, string])[1])],
        };
      case 'Image': {
        const [attributes, text, [name]] = node.c as [unknown, unknown, [string, string]];
        return { t: 'Image', c: [attributes, text, [`figures/${name}`, '']] };
      }
      case 'Link': {
        // Where the list is made already, TeX has no name for its entries.
        const [, text, [url]] = node.c as [unknown, Inline[], [string, string]];
        return url.startsWith('#ref-') ? { t: 'Span', c: [attr(), text] } : node;
      }
      case 'Div':
        return division(node);
      default:
        return node;
    }
  });
}

/** Numbered formulas become equations, the place of the references what BibTeX fills. */
function division(node: Node): Node {
  const [[id, classes, pairs], content] = node.c as [[string, string[], [string, string][]], Block[]];
  // In Chinese the list is there already.
  if (id === 'refs' && content.length === 0)
    return { t: 'RawBlock', c: ['latex', '\\renewcommand{\\bibsection}{}\n\\bibliography{references}'] };
  if (!classes.includes('equation')) return node;
  const [first] = content;
  const math = first?.t === 'Para' ? first.c[0] : undefined;
  if (math?.t !== 'Math') return node;
  const tag = pairs.find(([name]) => name === 'tag')?.[1];
  const lines = [
    '\\begin{equation}',
    ...(id === '' ? [] : [`\\label{${id}}`]),
    ...(tag === undefined ? [] : [`\\tag{${tag.replace(/[^\p{L}\p{N}. '*-]/gu, '')}}`]),
    within(math.c[1]),
    '\\end{equation}',
  ];
  return { t: 'RawBlock', c: ['latex', lines.join('\n')] };
}

/** Who wants a number says so by a label: TeX would give one to each line. */
function withoutNumbers(tex: string): string {
  return tex.replace(
    /\\(begin|end)\{(align|alignat|gather|equation|multline|flalign|eqnarray)\}/g,
    '\\$1{$2*}',
  );
}

/** Environments of their own lines as what stands in one. */
function within(tex: string): string {
  const names: Record<string, string> = {
    align: 'aligned',
    alignat: 'alignedat',
    gather: 'gathered',
    equation: '',
  };
  return tex.replace(
    /\\(begin|end)\{(align|alignat|gather|equation)\*?\}/g,
    (_, which: string, name: string) => {
      const made = names[name] ?? '';
      return made === '' ? '' : `\\${which}{${made}}`;
    },
  );
}

function keywordsOf({ keywords, paper: { language } }: Parts): Block[] {
  if (keywords.length === 0) return [];
  const isChinese = language === 'zh';
  const words = keywords.flatMap((word, index) => [
    ...(index > 0 ? [str(isChinese ? '；' : '; ')] : []),
    ...word,
  ]);
  const name: Inline = { t: 'Strong', c: [str(isChinese ? '关键词：' : 'Keywords: ')] };
  return [{ t: 'Para', c: [{ t: 'Span', c: [attr(), [name]] }, ...words] }];
}
