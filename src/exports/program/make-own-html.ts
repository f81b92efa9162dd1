/**
 * HTML where there is no pandoc (O11): our own words, formulas by KaTeX, citations numbered with their list as in the page.
 */

import { readBibtex } from '../../domain/references/bibtex.ts';
import { withCitations } from '../../domain/references/with-citations.ts';
import type { Job } from '../job.ts';
import { type Block, type Inline, type Problem, plainOf, words } from '../paper/ast.ts';
import { type Lowering, lowered, loweredInlines } from '../paper/lower.ts';
import { type Paper, readPaper } from '../paper/read-paper.ts';
import { styleProblems } from '../paper/style-checks.ts';
import { behindOf } from './behind.ts';
import { withoutUnknown, withSafeLinks } from './citations.ts';
import { htmlPage, withPictures } from './html-page.ts';
import { OwnHtml } from './own-html.ts';
import { documentOf } from './pandoc.ts';
import type { Pictures } from './pictures.ts';
import { inOrder, type Made, readBib, type Surroundings } from './surroundings.ts';

interface Making {
  paper: Paper;
  pictures: Pictures;
  problems: Problem[];
  around: Surroundings;
}

export async function makeOwnHtml(
  job: Job,
  { paper: asWritten, pictures, problems, around }: Making,
): Promise<Made> {
  await around.step('references');
  const bib = (await readBib(around)) ?? '';
  const keys = new Set(readBibtex(bib).entries.map(({ key }) => key));
  withoutUnknown(documentOf([...asWritten.abstract, ...asWritten.body]), keys, problems);
  const paper = readPaper(withCitations(job.source, bib));
  await around.step('setting');
  const to: Lowering = {
    format: 'html',
    language: paper.language,
    labels: paper.labels,
    picture: pictures.lookUp,
    problems,
  };
  const ready = (blocks: readonly Block[]) =>
    withPictures(withSafeLinks(documentOf(lowered(blocks, to))).blocks, pictures.used);
  const html = new OwnHtml({
    macros: paper.macros,
    problems,
    numbered: job.style.numbersSections && !paper.numbersItself,
  });
  const inline = (inlines: Inline[]) => html.inlines(loweredInlines(inlines, to));
  const title = paper.title.length > 0 ? paper.title : words(job.title);
  const page = htmlPage({
    language: paper.language,
    plainTitle: plainOf(title).replace(/\s+/g, ' ').trim(),
    authors: job.style.checks.anonymous ? [] : paper.facts.authors,
    date: paper.facts.date ?? '',
    title: inline(title),
    abstract: html.blocks(ready(paper.abstract)),
    keywords: paper.keywords.map(inline),
    body: [html.blocks(ready([...paper.body, ...job.behind.flatMap(behindOf)])), html.notes()]
      .join('\n')
      .trim(),
  });
  problems.push(...styleProblems(paper, job.style, null), WITHOUT_PANDOC);
  return { bytes: Buffer.from(page), pages: null, problems: inOrder(problems) };
}

const WITHOUT_PANDOC: Problem = {
  code: 'made_without_pandoc',
  message:
    'This HTML was made without the package pandoc-wasm, which this server does not have: citations are numbered in one plain form, whatever the style says.',
};
