/**
 * Thinking that a server leaves in the content (M13): what stands between tags at the answer's beginning, or before a
 * closing tag whose opening one the server has swallowed. A tag that is spoken of is text.
 */

const OPENING = /^\s*<(think|thinking|reasoning)>\n?/;
/** The longest beginning that may still become an opening tag. */
const MAY_OPEN =
  /^\s*(?:<(?:t(?:h(?:i(?:n(?:k(?:i(?:n(?:g)?)?)?)?)?)?)?|r(?:e(?:a(?:s(?:o(?:n(?:i(?:n(?:g)?)?)?)?)?)?)?)?)?>?)?$/;
/** White space before a tag is held back only so long. */
const LONGEST_HELD = 64;

export interface Thought {
  reasoning: string;
  text: string;
}

export interface ThinkTags {
  /** What is said and what is thought in the next piece, as far as it can be told. */
  feed(piece: string): Thought;
  /** What was held back, once nothing more comes. */
  flush(): Thought;
}

export function createThinkTags(): ThinkTags {
  let state: 'beginning' | 'thinking' | 'saying' = 'beginning';
  let held = '';
  let closing = '';

  function feed(piece: string): Thought {
    if (state === 'saying') return { reasoning: '', text: piece };
    held += piece;
    if (state === 'beginning') {
      const opening = OPENING.exec(held);
      if (opening !== null) {
        state = 'thinking';
        closing = `</${opening[1]}>`;
        held = held.slice(opening[0].length);
      } else if (held.length <= LONGEST_HELD && MAY_OPEN.test(held)) return NOTHING;
      else {
        state = 'saying';
        return { reasoning: '', text: take() };
      }
    }
    const end = held.indexOf(closing);
    if (end >= 0) {
      const reasoning = held.slice(0, end);
      const text = held.slice(end + closing.length).replace(/^\s+/, '');
      held = '';
      state = 'saying';
      return { reasoning, text };
    }
    const sure = held.length - partOf(closing, held);
    const reasoning = held.slice(0, sure);
    held = held.slice(sure);
    return { reasoning, text: '' };
  }

  function take(): string {
    const all = held;
    held = '';
    return all;
  }

  return {
    feed,
    flush: () => (state === 'thinking' ? { reasoning: take(), text: '' } : { reasoning: '', text: take() }),
  };
}

const NOTHING: Thought = { reasoning: '', text: '' };

/** How many characters at the end of `text` may be the beginning of `tag`. */
function partOf(tag: string, text: string): number {
  for (let length = Math.min(tag.length - 1, text.length); length > 0; length -= 1) {
    if (text.endsWith(tag.slice(0, length))) return length;
  }
  return 0;
}

/** A text whose thinking ends with a closing tag alone, parted there; as it is where none ends so. */
export function partAtClosingTag(text: string): Thought {
  const found = /^([\s\S]*?)<\/(?:think|thinking)>[ \t]*(?:\r?\n|$)/.exec(text);
  if (found === null || !text.includes('</think')) return { reasoning: '', text };
  const before = found[1] ?? '';
  if (isInCode(before)) return { reasoning: '', text };
  return { reasoning: before, text: text.slice(found[0].length).replace(/^\s+/, '') };
}

/** Whether a text ends within a code block, a code span or a quotation. */
export function isInCode(before: string): boolean {
  const fences = before.match(/^[ \t]*(?:```|~~~)/gm)?.length ?? 0;
  if (fences % 2 === 1) return true;
  const line = before.slice(before.lastIndexOf('\n') + 1);
  return /["'“‘(]$/.test(line) || (line.split('`').length - 1) % 2 === 1;
}
