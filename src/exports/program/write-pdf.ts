/** PDF: pandoc writes the parts as typst, the style sets them. */
import type { Block, Inline, Problem } from '../paper/ast.ts';
import { typstText } from '../paper/set-apart.ts';
import { type PageMarks, styleProblems } from '../paper/style-checks.ts';
import { charactersOf, missingAmong, missingProblem } from './missing-characters.ts';
import { type Convert, documentOf } from './pandoc.ts';
import type { Parts } from './parts.ts';
import type { Typst } from './typst.ts';

/** Comes with typst; Chinese characters are taken from the fonts behind it. */
const LATIN = 'Libertinus Serif';

export async function writePdf(
  parts: Parts,
  typst: Typst,
  problems: Problem[],
): Promise<{ bytes: Uint8Array; pages: number }> {
  const { job, paper } = parts;
  typst.add('style.typ', Buffer.from(job.texts[paper.language].typst));
  const source = await sourceOf(parts);
  const made = typst.pdf(source);
  const lacks = (some: readonly string[]) =>
    typst.lacksGlyphs(
      `#set text(font: ${family(job, paper.language, 'serif')})\n#${typstText(some.join(' '))}`,
    );
  const missing = missingAmong(
    charactersOf([parts.title, parts.abstract, parts.keywords, parts.body]),
    lacks,
  );
  problems.push(
    ...missingProblem(
      job.source,
      missing,
      'No font of this server has some characters, which are boxes in the PDF',
    ),
  );
  problems.push(...styleProblems(paper, job.style, marksOf(typst, source, made.pages)));
  return made;
}

function marksOf(typst: Typst, source: string, pages: number): PageMarks {
  const marks: Record<string, number> = {};
  for (const { name, page } of typst.marks(source)) marks[name] ??= page;
  return { ...marks, pages };
}

async function sourceOf(parts: Parts): Promise<string> {
  const { job, paper, convert, plainTitle } = parts;
  const { facts, language } = paper;
  const content = async (blocks: Block[]) => `[${await typstOf(convert, blocks)}]`;
  const inline = (inlines: Inline[]) => content([{ t: 'Plain', c: inlines }]);
  const keywords = await Promise.all(parts.keywords.map(inline));
  const given: Record<string, string> = {
    title: await inline(parts.title),
    'plain-title': typstText(plainTitle),
    authors: listOf(parts.authors.map(typstText)),
    date: facts.date === undefined ? 'none' : typstText(facts.date),
    abstract: parts.abstract.length === 0 ? 'none' : await content(parts.abstract),
    keywords: listOf(keywords),
    language: typstText(language),
    serif: family(job, language, 'serif'),
    sans: family(job, language, 'sans'),
    numbered: String(job.style.numbersSections && !paper.numbersItself),
    contents: String(job.style.contents),
    front: typstText(job.style.front),
    team: typstText(facts.team ?? ''),
    problem: typstText(facts.problem ?? ''),
    year: typstText(facts.year ?? ''),
  };
  const fields = Object.entries(given).map(([name, value]) => `  ${name}: ${value},`);
  const body = await typstOf(convert, withMarks(parts.body));
  return [
    '#import "common.typ": *',
    '#import "style.typ": paper',
    '#show: paper.with(',
    ...fields,
    ')',
    '',
    body,
    '',
    '#page-mark("end")',
  ].join('\n');
}

function family({ chinese }: Parts['job'], language: 'en' | 'zh', kind: 'serif' | 'sans'): string {
  const name = chinese?.[kind];
  if (name === undefined) return typstText(LATIN);
  // Punctuation that both scripts have is taken from the script that the paper is in.
  const latin = language === 'zh' ? `(name: ${typstText(LATIN)}, covers: "latin-in-cjk")` : typstText(LATIN);
  return `(${latin}, ${typstText(name)})`;
}

async function typstOf(convert: Convert, blocks: Block[]): Promise<string> {
  if (blocks.length === 0) return '';
  const { stdout } = await convert(
    { from: 'json', to: 'typst', wrap: 'none' },
    JSON.stringify(documentOf(blocks)),
    {},
  );
  return stdout.trim();
}

/** A tuple of one has a comma in typst. */
function listOf(values: string[]): string {
  return `(${values.map((value) => `${value},`).join(' ')})`;
}

/** Figures stand before the references and appendices, whose place on the pages is marked. */
function withMarks(blocks: Block[]): Block[] {
  const raw = (text: string): Block => ({ t: 'RawBlock', c: ['typst', text] });
  let isMarked = false;
  return blocks.flatMap((block) => {
    if (block.t !== 'Header' || block.c[0] !== 1 || !block.c[1][1].includes('unnumbered')) return [block];
    const isAppendix = !isMarked && block.c[1][1].includes('appendix');
    isMarked ||= isAppendix;
    return [raw('#place.flush()'), block, ...(isAppendix ? [raw('#page-mark("appendix")')] : [])];
  });
}
