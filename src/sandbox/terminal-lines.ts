/**
 * Output as a terminal leaves it (W4): a carriage return goes back to the line's beginning, and what comes then
 * overwrites. Whoever is shown output can only be given more of it, so a line that is being rewritten, such as a
 * progress bar, is held until it is over, and costs one line.
 */
import type { OutputChunk, OutputProgress } from './types.ts';

type Stream = OutputChunk['stream'];

/** A line that gets longer is handed on as it is; in characters. */
const LONGEST_LINE = 64 * 1024;
/** The beginning of a line that nothing rewrites within this time is shown: "computing … " without a line end. */
const SETTLED_MS = 300;

/** Goes back to the beginning, goes one back, erases to the line's end. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const MOVES = /(\r|\x08|\x1b\[[02]?K)/;

export interface TerminalLines {
  /** To be given each stream's output in order; best cut where lines end (`wholeLines`). */
  onOutput(chunk: OutputChunk): Promise<void>;
  /** Hands on what is held: nothing follows. */
  finish(): Promise<void>;
  /** Leaves what is held to whoever reattaches to the run, and reads it again from the last bytes that were handed on. */
  leave(): void;
}

/** The line that is being printed. */
interface Line {
  /** As a terminal shows it, a character each, and where the next one goes. */
  cells: string[];
  cursor: number;
  /** Whether the program goes back in it, and so may again. */
  isRewritten: boolean;
  /** What of it has been handed on, which cannot be taken back. */
  shown: string;
  /** Whether there is more of it than that; raw bytes of the stream up to its end. */
  isHeld: boolean;
  bytes: number;
  timer: NodeJS.Timeout | undefined;
}

function beginLine(line: Line, shown = ''): void {
  line.cells = [...shown];
  line.cursor = line.cells.length;
  line.isRewritten = false;
  line.shown = shown;
}

/** Writes what holds no line end. */
function write(line: Pick<Line, 'cells' | 'cursor' | 'isRewritten'>, text: string): void {
  for (const part of text.split(MOVES)) {
    if (part === '\r') {
      line.cursor = 0;
      line.isRewritten = true;
    } else if (part === '\b') {
      line.cursor = Math.max(0, line.cursor - 1);
      line.isRewritten = true;
    } else if (MOVES.test(part)) line.cells.length = part.includes('2') ? 0 : line.cursor;
    else
      for (const character of part) {
        line.cells[line.cursor] = character;
        line.cursor += 1;
      }
  }
}

/** A whole line as a terminal leaves it. */
export function lineAsShown(text: string): string {
  if (!MOVES.test(text)) return text;
  const line: Pick<Line, 'cells' | 'cursor' | 'isRewritten'> = { cells: [], cursor: 0, isRewritten: false };
  write(line, text);
  return cellsOf(line).trimEnd();
}

function cellsOf({ cells }: Pick<Line, 'cells'>): string {
  return Array.from(cells, (cell = ' ') => cell).join('');
}

/** What is to be added to what was shown of a line, so that it is shown as it is now. */
function unshown(line: Line): string {
  // Bars fill the line with blanks to hide what was there; after an erased part there are holes.
  const now = cellsOf(line);
  const text = line.isRewritten ? now.trimEnd() : now;
  const added = text.startsWith(line.shown) ? text.slice(line.shown.length) : `\n${text}`;
  line.shown = text;
  return added;
}

/**
 * @param stored what was handed on of each stream earlier: a line that it leaves open goes on
 * @param hand takes output without carriage returns. `bytes` of a chunk says what need not be read again
 */
export function terminalLines(
  stored: Record<Stream, string>,
  progress: OutputProgress,
  hand: (chunk: OutputChunk) => Promise<void>,
): TerminalLines {
  const lines = { stdout: openLine('stdout'), stderr: openLine('stderr') };
  /** What was handed on when nobody waited for it, and could not be taken. */
  let failure: { error: unknown } | undefined;

  function openLine(stream: Stream): Line {
    const rest = { isRewritten: false, isHeld: false, bytes: progress[stream], timer: undefined };
    const line = { cells: [], cursor: 0, shown: '', ...rest };
    beginLine(line, stored[stream].slice(stored[stream].lastIndexOf('\n') + 1));
    return line;
  }

  /** Hands on `before` and all that is held. */
  async function show(stream: Stream, before = ''): Promise<void> {
    const line = lines[stream];
    clearTimeout(line.timer);
    line.isHeld = false;
    const text = before + unshown(line);
    if (line.cells.length > LONGEST_LINE) beginLine(line);
    if (text !== '') await hand({ stream, text, bytes: line.bytes });
  }

  function showSoon(stream: Stream): void {
    const line = lines[stream];
    clearTimeout(line.timer);
    line.timer = setTimeout(() => {
      if (!line.isHeld || line.isRewritten) return;
      show(stream).catch((error: unknown) => {
        failure = { error };
      });
    }, SETTLED_MS);
  }

  return {
    async onOutput({ stream, text, bytes }) {
      if (failure) throw failure.error;
      const line = lines[stream];
      if (line.cells.length === 0 && text.endsWith('\n') && !MOVES.test(text)) {
        line.bytes = bytes;
        return await hand({ stream, text, bytes });
      }
      const pieces = text.split('\n');
      const rest = pieces.pop() as string;
      let over = '';
      for (const piece of pieces) {
        write(line, piece);
        over += `${unshown(line)}\n`;
        beginLine(line);
      }
      const goesOn = line.isHeld && pieces.length === 0;
      write(line, rest);
      line.bytes = bytes;
      line.isHeld = rest !== '' || goesOn;
      if (over !== '' || line.cells.length > LONGEST_LINE) return await show(stream, over);
      // A second piece that does not go back: it is no bar.
      if (goesOn && !line.isRewritten) return await show(stream);
      if (line.isHeld) showSoon(stream);
    },

    async finish() {
      if (failure) throw failure.error;
      for (const stream of ['stdout', 'stderr'] as const) if (lines[stream].isHeld) await show(stream);
    },

    leave() {
      for (const { timer } of Object.values(lines)) clearTimeout(timer);
    },
  };
}
