/**
 * Where the parts of inline Markdown stand that are not plain text: code, formulas, links' addresses, images, HTML,
 * footnote marks. The parser says what they are; what it leaves out, their places, is noted while it works.
 */
import type { Env, MarkdownIt, StateInline, Token } from 'markdown-it';

/** Offsets into the inline text. */
export type InlinePart = { start: number; end: number } & (
  | { kind: 'code' | 'math' | 'address' | 'html' | 'note' }
  /** `label` is its caption as it is written, which begins at `labelStart`. */
  | { kind: 'image'; src: string; label: string; labelStart: number }
);

const NOTES = Symbol('places of inline tokens');

interface Notes {
  /** The state of the whole text; captions and notes are read by others of their own. */
  whole: StateInline | null;
  /** Where a rule was asked what begins there. */
  starts: number[];
  pushed: { token: Token; at: number }[];
}

/** Makes a parser note the places of its inline tokens, for `inlineParts`. */
export function notePlaces(markdown: MarkdownIt): void {
  const State = markdown.inline.State;
  markdown.inline.State = class extends State {
    constructor(src: string, md: MarkdownIt, env: Env, out: Token[]) {
      super(src, md, env, out);
      const notes = notesOf(env);
      if (notes !== null) notes.whole ??= this;
    }
    override push(type: string, tag: string, nesting: -1 | 0 | 1): Token {
      const token = super.push(type, tag, nesting);
      const notes = notesOf(this.env);
      if (notes?.whole === this) notes.pushed.push({ token, at: this.pos });
      return token;
    }
  };
  markdown.inline.ruler.before('text', 'places', (state, silent) => {
    const notes = notesOf(state.env);
    if (!silent && notes?.whole === state) notes.starts.push(state.pos);
    return false;
  });
}

/** The parts of `text` in order, read by a parser that was given to `notePlaces`; `env` is its document's. */
export function inlineParts(markdown: MarkdownIt, text: string, env: Env): InlinePart[] {
  const notes: Notes = { whole: null, starts: [], pushed: [] };
  env[NOTES] = notes;
  markdown.inline.parse(text, markdown, env, []);
  env[NOTES] = null;
  const parts: InlinePart[] = [];
  let next = 0;
  for (const { token, at } of notes.pushed) {
    while (next < notes.starts.length && (notes.starts[next] ?? 0) <= at) next += 1;
    const part = partOf(token, at, notes.starts[next] ?? text.length);
    if (part !== null) parts.push(part);
  }
  return parts;
}

function partOf(token: Token, start: number, end: number): InlinePart | null {
  switch (token.type) {
    case 'code_inline':
      return { kind: 'code', start, end };
    case 'math_inline':
    case 'math_block':
      return { kind: 'math', start, end };
    case 'html_inline':
      return { kind: 'html', start, end };
    case 'footnote_ref':
      return { kind: 'note', start, end };
    case 'link_open':
      return token.markup === 'autolink' ? { kind: 'address', start, end } : null;
    // A link's text is text; its tail, from the closing bracket on, is not.
    case 'link_close':
      return token.markup === 'autolink' ? null : { kind: 'address', start, end };
    case 'image':
      return {
        kind: 'image',
        start,
        end,
        src: String(token.attrGet('src') ?? ''),
        label: token.content,
        labelStart: start + 2,
      };
    default:
      return null;
  }
}

function notesOf(env: Env): Notes | null {
  return (env[NOTES] as Notes | null | undefined) ?? null;
}
