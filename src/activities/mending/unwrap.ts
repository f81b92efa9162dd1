/** Texts that a model has wrapped once more than was asked for (M15): in a fence, or in escapes. */
import { isCommand } from './tex-commands.ts';

const FENCE = /^(`{3,}|~{3,})[ \t]*([\w+#.-]*)[ \t]*$/;

/**
 * The text without a fence around all of it. Markdown only out of a fence that says so: a section may be one block of
 * code, and a fence inside that may be the end of the first.
 */
export function withoutFence(text: string, kind: 'markdown' | 'code'): string {
  const lines = text
    .trim()
    .split('\n')
    .map((line) => line.trimEnd());
  const [, marks = '', label = ''] = FENCE.exec(lines[0] ?? '') ?? [];
  if (marks === '' || lines.length < 2 || lines.at(-1) !== marks) return text;
  if (kind === 'markdown' && !/^(?:markdown|md)$/i.test(label)) return text;
  const inner = lines.slice(1, -1);
  if (!isWhole(inner, marks)) return text;
  return `${inner.join('\n')}\n`;
}

/** Whether each fence in these lines opens with a label and closes: then none of them ends what is around them. */
function isWhole(lines: string[], marks: string): boolean {
  let isOpen = false;
  for (const line of lines) {
    const [, found, label = ''] = FENCE.exec(line) ?? [];
    if (found === undefined || found[0] !== marks[0]) continue;
    if ((label === '') !== isOpen) return false;
    isOpen = !isOpen;
  }
  return !isOpen;
}

/** A backslash and a letter of JSON's, or two backslashes. */
const ESCAPES = /\\\\|\\r\\n|\\([nt])(?=([a-zA-Z]*))|\\"/g;

/** Prose whose line breaks are all written as `\n`, with line breaks. */
export function withLineBreaks(text: string): string {
  if (text.includes('\n') || !text.includes('\\n')) return text;
  const breaks = [...text.matchAll(ESCAPES)].filter(
    ([found, letter, rest]) => found === '\\r\\n' || (letter === 'n' && !isCommand(`n${rest}`)),
  );
  if (breaks.length < 2) return text;
  // Where each backslash of TeX is there twice, everything was encoded twice.
  const isDoubled = /\\\\[a-zA-Z]{2}/.test(text) && !/(?<!\\)\\(?![nt"\\]|r\\n)/.test(text);
  return text.replace(ESCAPES, (found, letter?: string, rest = '') => {
    if (found === '\\\\') return isDoubled ? '\\' : found;
    if (found === '\\"') return '"';
    if (letter !== undefined && isCommand(letter + rest)) return found;
    return letter === 't' ? '\t' : '\n';
  });
}

/** Code on one line whose line breaks are written as `\n` where no such thing can stand, with line breaks. */
export function codeWithLineBreaks(text: string): string {
  if (text.includes('\n')) return text;
  const first = firstBreak(text);
  if (first === undefined || quotesIn(text.slice(0, first)) % 2 === 1) return text;
  try {
    // Encoded twice as a whole: what is inside of its strings has two backslashes.
    return JSON.parse(`"${text}"`) as string;
  } catch {
    // Its quotes are bare, and only the line breaks were encoded twice; or it is no such text.
  }
  if (/\\(?![nrt"'\\])/.test(text)) return text;
  let quotes = 0;
  return text.replace(/["']|\\n/g, (found) => {
    if (found !== '\\n') quotes += 1;
    return found === '\\n' && quotes % 2 === 0 ? '\n' : found;
  });
}

/** Where the first `\n` stands that begins no command of TeX. */
function firstBreak(text: string): number | undefined {
  for (const { index, 1: rest } of text.matchAll(/\\n(?=([a-zA-Z]*))/g)) {
    if (!isCommand(`n${rest}`)) return index;
  }
  return undefined;
}

function quotesIn(text: string): number {
  return text.split(/["']/).length - 1;
}
