/** From a paper to a document in one format: the steps that all formats share. */
import type { Job } from '../job.ts';
import type { Block, Inline, Problem } from '../paper/ast.ts';
import { plainOf, words } from '../paper/ast.ts';
import { type Lowering, lowered, loweredInlines } from '../paper/lower.ts';
import { type Paper, readPaper } from '../paper/read-paper.ts';
import { styleProblems } from '../paper/style-checks.ts';
import { behindOf } from './behind.ts';
import {
  type Bibliography,
  cited,
  citesAnything,
  readBibliography,
  withListOfReferences,
  withoutLines,
  withoutUnknown,
  withSafeLinks,
} from './citations.ts';
import { linesOfFormulas, withFormulas } from './formulas.ts';
import { makeOwnHtml } from './make-own-html.ts';
import { type Convert, documentOf, loadPandoc, type PandocDocument } from './pandoc.ts';
import type { Parts } from './parts.ts';
import { type Pictures, readPictures } from './pictures.ts';
import { Refused } from './refused.ts';
import { inOrder, type Made, readBib, type Surroundings } from './surroundings.ts';
import { loadTypst, type Typst } from './typst.ts';
import { PAGE_BREAK, writeDocx } from './write-docx.ts';
import { writeHtml } from './write-html.ts';
import { writeLatex } from './write-latex.ts';
import { writePdf } from './write-pdf.ts';

const WIDE = /[\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef]/;

const INSTALL_A_FONT =
  'Whoever runs this server can install one (on Debian and Ubuntu: apt install fonts-noto-cjk) or put one into the folder ' +
  'fonts of its data; Word, LaTeX and HTML can be had now.';

export async function makeDocument(job: Job, around: Surroundings): Promise<Made> {
  await around.step('reading');
  const paper = readPaper(job.source);
  const problems = [...paper.problems];
  const isChinesePdf = job.format === 'pdf' && WIDE.test([job.source, ...job.behind].join('\n'));
  if (isChinesePdf && job.chinese === null)
    throw new Refused(
      `This paper has Chinese in it, and no font with Chinese characters was found for its PDF. ${INSTALL_A_FONT}`,
    );
  const pictures = await readPictures(paper, around.want, problems);
  const convert = await loadPandoc().catch(orOwnHtml(job));
  if (convert === null) return await makeOwnHtml(job, { paper, pictures, problems, around });
  const typst = job.format === 'pdf' ? loadTypst(around.fonts) : null;
  if (typst !== null) {
    typst.add('common.typ', Buffer.from(job.common));
    const unread = Object.values(job.chinese ?? {}).find((family) => !typst.hasFont(family));
    if (isChinesePdf && unread !== undefined)
      throw new Refused(
        `This paper has Chinese in it, and the file of its font ${unread} on this server is damaged. ${INSTALL_A_FONT}`,
      );
    pictures.tryIn(typst);
  }
  await around.step('references');
  const bibliography = await readBibliography(await readBib(around), convert, problems);
  const parts = await readyParts(job, { paper, convert, typst, bibliography, pictures, problems, around });
  await around.step('setting');
  const made = await write(parts, around, typst, problems);
  return { pages: null, ...made, problems: inOrder(problems) };
}

/** HTML can be had without pandoc (O11). */
function orOwnHtml({ format }: Job): (error: unknown) => null {
  return (error) => {
    if (format === 'html' && error instanceof Refused) return null;
    throw error;
  };
}

async function write(
  parts: Parts,
  around: Surroundings,
  typst: Typst | null,
  problems: Problem[],
): Promise<{ bytes: Uint8Array; pages?: number }> {
  const { format } = parts.job;
  if (format === 'pdf') return await writePdf(parts, typst as Typst, problems);
  // Pages are counted where there are any.
  problems.push(...styleProblems(parts.paper, parts.job.style, null));
  if (format === 'docx') return await writeDocx(parts, around.reference[parts.paper.language]);
  return format === 'latex' ? await writeLatex(parts, problems) : await writeHtml(parts);
}

interface Making {
  paper: Paper;
  convert: Convert;
  typst: Typst | null;
  bibliography: Bibliography | null;
  pictures: Pictures;
  problems: Problem[];
  around: Surroundings;
}

/** Marks where one part ends, in the document that all of them go through together. */
const PART = 'paper-part';

async function readyParts(job: Job, making: Making): Promise<Parts> {
  const { paper, convert, typst, bibliography, pictures, problems, around } = making;
  const to: Lowering = {
    format: job.format,
    language: paper.language,
    labels: paper.labels,
    picture: (path, written) => pictures.lookUp(path, written),
    problems,
  };
  const title = paper.title.length > 0 ? paper.title : words(job.title);
  const whole = {
    title: [{ t: 'Plain', c: loweredInlines(title, to) }],
    keywords: paper.keywords.map((word): Block => ({ t: 'Plain', c: loweredInlines(word, to) })),
    abstract: lowered(paper.abstract, to),
    body: lowered(paper.body, to),
    behind: lowered(job.behind.flatMap(behindOf), to),
  };
  let document = withoutUnknown(joined(whole), bibliography?.keys ?? new Set(), problems);
  const lines = linesOfFormulas(document);
  document = withoutLines(document);
  if (bibliography !== null && citesAnything(document)) {
    // BibTeX makes the list, but knows no Chinese one.
    if (job.format === 'latex' && paper.language === 'en')
      document = { ...document, blocks: withList(document.blocks, paper.language) };
    else {
      const blocks = withList(document.blocks, paper.language);
      document = await cited({ ...document, blocks }, bibliography, job.texts[paper.language].csl, convert);
    }
  }
  await around.step('formulas');
  document = await withFormulas(withSafeLinks(document), {
    format: job.format,
    convert,
    typst,
    macros: paper.macros,
    problems,
    lines,
  });
  const [titleParts = [], keywords = [], abstract = [], body = [], behind = []] = divided(document.blocks);
  return {
    job,
    paper,
    convert,
    authors: job.style.checks.anonymous ? [] : paper.facts.authors,
    title: inlinesOf(titleParts)[0] ?? [],
    plainTitle: plainOf(title).replace(/\s+/g, ' ').trim(),
    keywords: inlinesOf(keywords),
    abstract,
    body: behind.length === 0 ? body : [...body, ...pageMark(job.format), ...behind],
    bibliography,
    pictures: pictures.used,
  };
}

function joined(
  parts: Record<'title' | 'keywords' | 'abstract' | 'body' | 'behind', Block[] | unknown[]>,
): PandocDocument {
  const order = [parts.title, parts.keywords, parts.abstract, parts.body, parts.behind] as Block[][];
  return documentOf(order.map((blocks): Block => ({ t: 'Div', c: [['', [PART], []], blocks] })));
}

function divided(blocks: Block[]): Block[][] {
  return blocks.flatMap((block) => (block.t === 'Div' && block.c[0][1].includes(PART) ? [block.c[1]] : []));
}

function pageMark(format: Job['format']): Block[] {
  const raw = (to: string, text: string): Block[] => [{ t: 'RawBlock', c: [to, text] }];
  if (format === 'pdf') return raw('typst', '#pagebreak(weak: true)\n#page-mark("behind")');
  if (format === 'docx') return raw('openxml', PAGE_BREAK);
  return format === 'latex' ? raw('latex', '\\newpage') : [];
}

const BODY = 3;

/** The list of references goes into the body. */
function withList(blocks: Block[], language: 'en' | 'zh'): Block[] {
  return blocks.map((block, index) =>
    block.t === 'Div' && index === BODY
      ? { t: 'Div', c: [block.c[0], withListOfReferences(block.c[1], language)] }
      : block,
  );
}

function inlinesOf(blocks: Block[]): Inline[][] {
  return blocks.flatMap((block) => (block.t === 'Plain' || block.t === 'Para' ? [block.c] : []));
}
