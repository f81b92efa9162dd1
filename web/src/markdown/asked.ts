/** What a template asks for where nothing is written yet: shown pale, for its comments are no part of what is read (V17). Pure. */
import type { MarkdownIt, Token } from 'markdown-it';
import { isEmptyTitle } from '../../../src/domain/markdown/paper-title.ts';

/** Of a longer one whole sentences are shown, as far as they go, in UTF-16 code units. */
const MOST_CHARACTERS = 240;

/** A dot ends one where a space follows: that of a file's name does not. */
const SENTENCES = /.+?(?:[.!?](?=\s)|[。！？]|$)\s*/g;

/** Has comments that alone stand under a heading drawn as paragraphs of the class `asked`, and a template's title, too. */
export function showAsked(markdown: MarkdownIt): void {
  markdown.core.ruler.push('asked', (state) => {
    const { tokens } = state;
    for (const [index, token] of tokens.entries()) {
      if (token.level !== 0) continue;
      if (token.type === 'html_block') {
        const asks = isAlone(tokens, index) && !isUnderGivenTitle(tokens, index);
        const asked = asks ? commentOf(token.content, tokens[index - 1]?.tag === 'h1') : null;
        if (asked !== null)
          token.content = `<p class="asked">${withCode(markdown.utils.escapeHtml(asked))}</p>\n`;
      } else if (token.type === 'heading_open' && isEmptyTitle(tokens[index + 1]?.content ?? '')) {
        token.attrSet('class', 'asked');
      }
    }
  });
}

/** What stands between backticks is code there, too. */
function withCode(html: string): string {
  return html.replace(/`([^`]+)`/g, '<code>$1</code>');
}

function isAlone(tokens: readonly Token[], index: number): boolean {
  const next = tokens[index + 1]?.type;
  return tokens[index - 1]?.type === 'heading_close' && (next === undefined || next === 'heading_open');
}

/** A paper's title stands over its first section: once it has been given, nothing more is asked for there. */
function isUnderGivenTitle(tokens: readonly Token[], index: number): boolean {
  const next = tokens[index + 1]?.tag;
  return (
    tokens[index - 1]?.tag === 'h1' &&
    next !== undefined &&
    next !== 'h1' &&
    !isEmptyTitle(tokens[index - 2]?.content ?? '')
  );
}

/**
 * The words of a text that is one comment and nothing else; null where it is not, or says nothing. Under a title what
 * comes from the first piece of code on tells an agent how to write, and nobody what the paper is to be called.
 */
function commentOf(html: string, isOfTitle: boolean): string | null {
  const all = /^\s*<!--((?:(?!-->)[\s\S])*)-->\s*$/.exec(html)?.[1]?.replace(/\s+/g, ' ').trim() ?? '';
  const sentences = all.match(SENTENCES) ?? [];
  const code = isOfTitle ? sentences.findIndex((sentence) => sentence.includes('`')) : -1;
  const words = code > 0 ? sentences.slice(0, code).join('').trim() : all;
  if (words.length <= MOST_CHARACTERS) return words === '' ? null : words;
  let shown = '';
  for (const sentence of words.match(SENTENCES) ?? []) {
    if (shown !== '' && shown.length + sentence.length > MOST_CHARACTERS) break;
    shown += sentence;
  }
  return shown.trim();
}
