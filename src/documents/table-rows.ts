/**
 * Rows of a text that is a table (RFC 4180: quoted cells may hold separators, quotes and line ends), read as a stream: a
 * window of them is kept, the others are counted.
 */

/** Rows that one preview has, and columns of them. */
export const PREVIEW_ROWS = 200;
export const PREVIEW_COLUMNS = 100;
/** Characters of a cell, and of all cells together, that are kept. */
const CELL_CHARACTERS = 500;
const MOST_CHARACTERS = 500_000;

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;

/** Rows from `offset` on, as far as they are kept: so many, and so many characters. */
export class RowWindow {
  readonly rows: string[][] = [];
  readonly offset: number;
  readonly #most: number;
  #characters = 0;

  constructor(offset: number, most = PREVIEW_ROWS) {
    this.offset = offset;
    this.#most = most;
  }

  /** Whether the row of this number is the next to be kept. */
  wants(row: number): boolean {
    return (
      row === this.offset + this.rows.length &&
      this.rows.length < this.#most &&
      this.#characters < MOST_CHARACTERS
    );
  }

  add(cells: string[]): void {
    const kept = cells.slice(0, PREVIEW_COLUMNS).map(keptCell);
    for (const cell of kept) this.#characters += cell.length;
    this.rows.push(kept);
  }
}

export function keptCell(cell: string): string {
  return cell.length > CELL_CHARACTERS ? `${cell.slice(0, CELL_CHARACTERS).toWellFormed()}…` : cell;
}

/** The text as rows: the first is the head, and is not counted; empty lines are no rows. */
export class RowReader {
  readonly window: RowWindow;
  head: string[] | null = null;
  /** Rows that have ended, the head left out. */
  total = 0;
  /** Cells of the row that has most. */
  columns = 0;
  readonly #separator: number;
  /** Lines before the head that are none of the table. */
  #skipped: number;
  #cells: string[] = [];
  #count = 1;
  #cell = '';
  #length = 0;
  #isKept = true;
  #isQuoted = false;
  /** A quote was the last character of a quoted cell: it ends the cell, or another one follows and it is a quote. */
  #isClosing = false;
  #isAfterCr = false;

  /**
   * @param window.rows how many rows are kept; absent: as many as one preview has
   * @param window.first the number of the first row that is read, where the head was read before
   */
  constructor(separator: string, window: { offset: number; skipped: number; rows?: number; first?: number }) {
    const { offset, skipped, rows, first } = window;
    if (first !== undefined) {
      this.head = [];
      this.total = first;
    }
    this.#separator = separator.charCodeAt(0);
    this.#skipped = skipped;
    this.window = new RowWindow(offset, rows);
  }

  /** Whether the next character begins a row behind the head, so that another reader could go on from there. */
  get isAtRow(): boolean {
    return this.head !== null && this.#count === 1 && this.#length === 0 && !this.#isQuoted;
  }

  write(text: string): void {
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (this.#isAfterCr) {
        this.#isAfterCr = false;
        if (code === LF) continue;
      }
      if (this.#isQuoted && !this.#isClosing) {
        if (code === QUOTE) this.#isClosing = true;
        else this.#add(text, at);
      } else if (this.#isClosing && code === QUOTE) {
        this.#isClosing = false;
        this.#add(text, at);
      } else if (code === this.#separator) this.#endCell();
      else if (code === LF || code === CR) {
        this.#isAfterCr = code === CR;
        this.#endRow();
      } else if (code === QUOTE && this.#length === 0 && !this.#isClosing) this.#isQuoted = true;
      else this.#add(text, at);
    }
  }

  end(): void {
    this.#endRow();
  }

  #add(text: string, at: number): void {
    this.#length += 1;
    // One more than is kept tells that the cell goes on.
    if (this.#isKept && this.#length <= CELL_CHARACTERS + 1) this.#cell += text[at];
  }

  #endCell(): void {
    if (this.#isKept && this.#cells.length < PREVIEW_COLUMNS) this.#cells.push(this.#cell);
    this.#count += 1;
    this.#clearCell();
  }

  #clearCell(): void {
    this.#cell = '';
    this.#length = 0;
    this.#isQuoted = false;
    this.#isClosing = false;
  }

  #endRow(): void {
    const isEmpty = this.#count === 1 && this.#length === 0 && !this.#isQuoted;
    if (!isEmpty) {
      const count = this.#count;
      this.#endCell();
      this.#take(count);
    }
    this.#cells = [];
    this.#count = 1;
    this.#clearCell();
    this.#isKept = this.head === null || this.window.wants(this.total);
  }

  #take(count: number): void {
    if (this.#skipped > 0) {
      this.#skipped -= 1;
      return;
    }
    this.columns = Math.max(this.columns, count);
    if (this.head === null) {
      this.head = this.#cells.map(keptCell);
      return;
    }
    if (this.window.wants(this.total)) this.window.add(this.#cells);
    this.total += 1;
  }
}
