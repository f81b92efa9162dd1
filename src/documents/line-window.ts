/** A bounded window of lines over a text of any length. */

export interface Window {
  /** The first line wanted, counted from 1; 0 means the same. */
  offset?: number | undefined;
  /** Lines wanted at most. */
  limit?: number | undefined;
}

/** What a window holds at most, in lines, in characters, and in characters of one line. */
const MOST_LINES = 2_000;
const MOST_CHARACTERS = 32_000;
const LINE_CHARACTERS = 4_000;
/** How far a text is read on after the window is full, to say how many lines it has. */
const COUNTED_CHARACTERS = 32 * 1024 ** 2;

/**
 * The lines of the window, and a note of what is not shown and how to get it. Holds no more than a window in
 * memory and reads no further than it must, whatever the text is like.
 */
export async function readWindow(
  chunks: AsyncIterable<string> | Iterable<string>,
  window: Window,
): Promise<string> {
  const first = Math.max(1, window.offset ?? 1);
  const most = Math.min(window.limit ?? MOST_LINES, MOST_LINES);
  const lines: string[] = [];
  const open = { text: '', length: 0 };
  let size = 0;
  let total = 0;
  let full = false;
  let read = 0;

  const endLine = (): void => {
    total += 1;
    if (total >= first && !full) {
      const line = shortened(open.text, open.length);
      full = lines.length > 0 && size + line.length > MOST_CHARACTERS;
      if (!full) size += lines.push(line) && line.length + 1;
      full ||= lines.length >= most;
    }
    open.text = '';
    open.length = 0;
  };

  // A line ends with LF, CR, or both; these may come in two pieces.
  let endsWithCr = false;
  for await (const chunk of chunks) {
    read += chunk.length;
    if (full) {
      // Nothing of it is shown, it is counted alone: a walk along the characters takes a tenth of the time.
      total += lineEndsIn(chunk, endsWithCr);
      if (chunk === '') continue;
      endsWithCr = chunk.endsWith('\r');
      open.length = endsWithCr || chunk.endsWith('\n') ? 0 : 1;
      if (read > COUNTED_CHARACTERS) return withNote(lines, first, null);
      continue;
    }
    let nextCr = chunk.indexOf('\r');
    let nextLf = chunk.indexOf('\n');
    for (let start = endsWithCr && chunk.startsWith('\n') ? 1 : 0; start < chunk.length; ) {
      if (nextCr >= 0 && nextCr < start) nextCr = chunk.indexOf('\r', start);
      if (nextLf >= 0 && nextLf < start) nextLf = chunk.indexOf('\n', start);
      const lineEnd = firstOf(nextLf, nextCr);
      const end = lineEnd < 0 ? chunk.length : lineEnd;
      // The line's start, and a little more to tell that it goes on, is all that is kept.
      open.text += chunk.slice(start, Math.min(end, start + LINE_CHARACTERS + 1 - open.text.length));
      open.length += end - start;
      if (lineEnd >= 0) endLine();
      start = end + (chunk.startsWith('\r\n', end) ? 2 : 1);
    }
    if (chunk !== '') endsWithCr = chunk.endsWith('\r');
  }
  if (open.length > 0) endLine();
  return withNote(lines, first, total);
}

/** How many lines end in these characters; a first LF belongs to the CR before them. */
function lineEndsIn(chunk: string, isAfterCr: boolean): number {
  let count = 0;
  let wasCr = isAfterCr;
  for (let at = 0; at < chunk.length; at += 1) {
    const code = chunk.charCodeAt(at);
    if (code === 0x0d || (code === 0x0a && !wasCr)) count += 1;
    wasCr = code === 0x0d;
  }
  return count;
}

/** The smaller of two places, of which a negative one is none. */
function firstOf(a: number, b: number): number {
  if (a < 0 || b < 0) return Math.max(a, b);
  return Math.min(a, b);
}

function shortened(text: string, length: number): string {
  if (length <= LINE_CHARACTERS) return text;
  return `${text.slice(0, LINE_CHARACTERS).toWellFormed()} [line cut here; it has ${length} characters]`;
}

/** `total` is null where the text was not read to its end. */
function withNote(lines: string[], first: number, total: number | null): string {
  if (total === 0) return '(This file is empty.)';
  if (lines.length === 0) return `(There is no line ${first}: the text has ${total} lines.)`;
  const last = first + lines.length - 1;
  const text = lines.join('\n');
  if (first === 1 && last === total) return text;
  const of = total === null ? '' : ` of ${total}`;
  const more = last === total ? '' : `; continue with offset ${last + 1}`;
  return `${text}\n\n[lines ${first}-${last}${of}${more}]`;
}
