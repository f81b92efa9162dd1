/**
 * How Markdown is read here: by the outline and the section tools, and by the page. One parser with one set of rules,
 * so that what is a heading, a formula or an image to the one is that to the other (W13).
 */
import createMarkdownIt, { type MarkdownIt, type MarkdownItOptions } from 'markdown-it';
import footnotes from 'markdown-it-footnote';
import { mathRules } from './math.ts';
import { spacedImages } from './spaced-images.ts';

/**
 * CommonMark with tables, strikethrough, footnotes, formulas and images whose names have blanks. `html`: whether HTML
 * in the text is HTML, as in a paper, or text, as in a chat; `breaks`: whether a line's end is one in what is shown.
 */
export function createParser(options: Pick<MarkdownItOptions, 'html' | 'breaks' | 'maxNesting'>): MarkdownIt {
  return createMarkdownIt({ linkify: false, typographer: false, ...options })
    .use(footnotes)
    .use(mathRules)
    .use(spacedImages);
}
