/** The lines of a Markdown text, and where what is written in them begins: not within code or a comment. */

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
/** A span of code, or a comment, which may go on with the next line. */
const SPAN_OR_COMMENT = /`+[^`]*`+|<!--.*?(?:-->|$)/g;

export interface WrittenLine {
  text: string;
  /** Where in it words begin; null: all of it is code or a comment. */
  from: number | null;
}

export function writtenLines(source: string): WrittenLine[] {
  let fence = '';
  let inComment = false;
  return source.split('\n').map((text): WrittenLine => {
    const mark = FENCE.exec(text)?.[1] ?? '';
    if (!inComment && mark !== '' && (fence === '' || mark.startsWith(fence))) {
      fence = fence === '' ? mark : '';
      return { text, from: null };
    }
    if (fence !== '') return { text, from: null };
    const end = inComment ? text.indexOf('-->') : 0;
    if (end < 0) return { text, from: null };
    const from = inComment ? end + '-->'.length : 0;
    const last = text.slice(from).match(SPAN_OR_COMMENT)?.at(-1) ?? '';
    inComment = last.startsWith('<!--') && !last.endsWith('-->');
    return { text, from };
  });
}
