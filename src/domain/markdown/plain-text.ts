/** Inline Markdown as its reader sees it, and texts made fit to be compared. */
import type { MarkdownIt, Token } from 'markdown-it';
import { createParser } from './parser.ts';
import { MOST_TITLE_CHARACTERS } from './unreadable.ts';

const PARSER = inlineParser();

function inlineParser(): MarkdownIt {
  const parser = createParser({ html: true });
  // Nothing is shown or followed here: wherever a link leads, its text is its text.
  parser.validateLink = () => true;
  return parser;
}

/** What may be markup; most titles hold none of it, and what holds more than this is none. */
const MARKUP = /[\\`*_[\]<>&!$~^]/g;
const MOST_MARKUP = 200;

/** What a reader sees of inline Markdown: `**A** \`b\`` is `A b`. White space is collapsed. */
export function plainText(markdown: string): string {
  const text = collapse(markdown);
  // What brackets cost grows with the square of their number.
  if (text.length > MOST_TITLE_CHARACTERS) return text;
  const marks = text.match(MARKUP)?.length ?? 0;
  if (marks === 0 || marks > MOST_MARKUP) return text;
  return collapse(PARSER.parseInline(text, {}).map(textOf).join(''));
}

/**
 * White space runs as one space, none at the ends, composed Unicode: how titles are compared. What is longer than a
 * title stays uncomposed: what composing costs grows with the square of a run of marks.
 */
export function collapse(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > MOST_TITLE_CHARACTERS ? line : line.normalize('NFC');
}

function textOf({ type, children, content }: Token): string {
  if (children !== null) return children.map(textOf).join('');
  return type === 'html_inline' ? '' : content;
}
