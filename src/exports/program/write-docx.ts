/** DOCX: real headings, captions, formulas and references, in the styles of the reference document (O4). */
import { attr, type Block, type Inline, str } from '../paper/ast.ts';
import { escapedXml, type Finish, finishDocx } from './finish-docx.ts';
import { documentOf } from './pandoc.ts';
import type { Parts } from './parts.ts';
import { textOf } from './walk.ts';

const NAME = 'paper.docx';

const WORDS = {
  en: {
    abstract: 'Abstract',
    summary: 'Summary',
    keywords: 'Keywords: ',
    between: '; ',
    contents: 'Contents',
    names: ', ',
  },
  zh: {
    abstract: '摘要',
    summary: '摘要',
    keywords: '关键词：',
    between: '；',
    contents: '目录',
    names: '，',
  },
};

export async function writeDocx(parts: Parts, reference: Buffer | undefined): Promise<{ bytes: Uint8Array }> {
  const { convert, job, paper, pictures } = parts;
  const { language } = paper;
  const meta = { lang: { t: 'MetaString', c: language === 'zh' ? 'zh-CN' : 'en-US' } };
  const files: Record<string, Blob> = {};
  for (const { name, bytes } of pictures) files[name] = new Blob([new Uint8Array(bytes)]);
  if (reference !== undefined) files['reference.docx'] = new Blob([new Uint8Array(reference)]);
  const options = {
    from: 'json',
    to: 'docx',
    standalone: true,
    'output-file': NAME,
    'number-sections': job.style.numbersSections && !paper.numbersItself,
    'syntax-highlighting': 'none',
    ...(reference === undefined ? {} : { 'reference-doc': 'reference.docx' }),
  };
  const document = documentOf([...frontOf(parts), ...parts.body], meta);
  const made = (await convert(options, JSON.stringify(document), files)).files[NAME];
  if (made === undefined) throw new Error('pandoc wrote no document');
  const bytes = await finishDocx(new Uint8Array(await made.arrayBuffer()), {
    latex: job.style.latex,
    title: parts.plainTitle,
    authors: parts.authors,
    centresHeadings: job.style.front === 'page' && job.style.checks.abstractPage === true,
    runningHead: runningHeadOf(parts),
  });
  return { bytes };
}

function runningHeadOf({ job: { style }, paper: { facts }, plainTitle }: Parts): Finish['runningHead'] {
  if (style.front === 'sheet') return { text: `Team # ${facts.team ?? ''}`, countsPages: true };
  const isReport = style.front === 'page' && style.checks.abstractPage !== true;
  return isReport ? { text: plainTitle, countsPages: false } : null;
}

/** Title, names, abstract and keywords, on pages of their own where the style wants them so. */
function frontOf(parts: Parts): Block[] {
  const { job, paper, title, abstract, keywords } = parts;
  const { facts, language } = paper;
  const { front, contents } = job.style;
  const words = WORDS[language];
  const inStyle = (style: string, blocks: Block[]): Block => ({
    t: 'Div',
    c: [attr('', [], [['custom-style', style]]), blocks],
  });
  const line = (style: string, c: Inline[]): Block => inStyle(style, [{ t: 'Para', c }]);
  const named = keywords.flatMap((word, index) => [...(index > 0 ? [str(words.between)] : []), ...word]);
  return [
    ...(front === 'sheet' ? [sheetHead(paper.facts)] : []),
    line('Title', title),
    ...(parts.authors.length === 0 ? [] : [line('Author', [str(parts.authors.join(words.names))])]),
    ...(facts.date === undefined ? [] : [line('Date', [str(facts.date)])]),
    ...(abstract.length === 0
      ? []
      : [
          line('Abstract Title', [str(front === 'sheet' ? words.summary : words.abstract)]),
          inStyle('Abstract', abstract),
        ]),
    ...(named.length === 0 ? [] : [line('Abstract', [{ t: 'Strong', c: [str(words.keywords)] }, ...named])]),
    ...(front === 'above' ? [] : [BREAK]),
    ...(contents ? [contentsOf(words.contents, parts.body), ...(front === 'above' ? [] : [BREAK])] : []),
  ];
}

export const PAGE_BREAK = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>';
const BREAK: Block = { t: 'RawBlock', c: ['openxml', PAGE_BREAK] };

/** The headings, until Word counts the pages: when it opens the file, or when somebody asks it to. */
function contentsOf(name: string, body: readonly Block[]): Block {
  const paragraph = (style: string, inside: string) =>
    `<w:p><w:pPr><w:pStyle w:val="${style}"/></w:pPr>${inside}</w:p>`;
  const run = (text: string) => `<w:r><w:t xml:space="preserve">${escapedXml(text)}</w:t></w:r>`;
  const field = (kind: string, more = '') => `<w:r><w:fldChar w:fldCharType="${kind}"${more}/></w:r>`;
  const instruction = '<w:r><w:instrText xml:space="preserve">TOC \\o "1-2" \\h \\z \\u</w:instrText></w:r>';
  const begin = `${field('begin', ' w:dirty="true"')}${instruction}${field('separate')}`;
  const lines = body.flatMap((block) =>
    block.t === 'Header' && block.c[0] <= 2
      ? [`${'\u2003'.repeat(block.c[0] - 1)}${textOf(block.c[2])}`]
      : [],
  );
  const [first = '', ...more] = lines;
  return {
    t: 'RawBlock',
    c: [
      'openxml',
      [
        paragraph('TOCHeading', run(name)),
        paragraph('Compact', begin + run(first)),
        ...more.map((line) => paragraph('Compact', run(line))),
        paragraph('Compact', field('end')),
      ].join(''),
    ],
  };
}

/** The head of a contest's summary sheet: problem, contest, team. */
function sheetHead(facts: Parts['paper']['facts']): Block {
  const column = (above: Inline[], below: Inline[]): Block[] => [
    { t: 'Plain', c: [{ t: 'Strong', c: above }, { t: 'LineBreak' }, { t: 'Strong', c: below }] },
  ];
  const cell = (blocks: Block[]) => [attr(), { t: 'AlignCenter' }, 1, 1, blocks];
  const width = { t: 'ColWidth', c: 0.333 };
  const cells = [
    cell(column([str('Problem Chosen')], [str(facts.problem ?? '')])),
    cell(column([str(facts.year ?? '')], [str('MCM/ICM Summary Sheet')])),
    cell(column([str('Team Control Number')], [str(facts.team ?? '')])),
  ];
  return {
    t: 'Table',
    c: [
      attr(),
      [null, []],
      [width, width, width].map((one) => [{ t: 'AlignCenter' }, one]),
      [attr(), []],
      [[attr(), 0, [], [[attr(), cells]]]],
      [attr(), []],
    ],
  } as unknown as Block;
}
