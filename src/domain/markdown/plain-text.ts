/** Inline Markdown as its reader sees it, and texts made fit to be compared. */
import createMarkdownIt from 'markdown-it';

/** A longer text stays as it is written: no title has this length, and nesting makes long ones costly. */
const MOST_CHARACTERS = 1_000;

const PARSER = inlineParser();

type Token = ReturnType<typeof PARSER.parse>[number];

function inlineParser() {
  const parser = createMarkdownIt('commonmark');
  // Nothing is shown or followed here: wherever a link leads, its text is its text.
  parser.validateLink = () => true;
  return parser;
}

/** What may be markup; most titles hold none of it. */
const MARKUP = /[\\`*_[\]<>&!]/;

/** What a reader sees of inline Markdown: `**A** \`b\`` is `A b`. White space is collapsed. */
export function plainText(markdown: string): string {
  const text = collapse(markdown);
  if (text.length > MOST_CHARACTERS || !MARKUP.test(text)) return text;
  return collapse(PARSER.parseInline(text, {}).map(textOf).join(''));
}

/** White space runs as one space, none at the ends, composed Unicode: how titles are compared. */
export function collapse(text: string): string {
  return text.replace(/\s+/g, ' ').trim().normalize('NFC');
}

function textOf({ type, children, content }: Token): string {
  if (children !== null) return children.map(textOf).join('');
  return type === 'html_inline' ? '' : content;
}
