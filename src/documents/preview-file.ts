/** What a person is shown of a file that the page cannot read itself (W12), read in a process of its own. */
import type { Readable } from 'node:stream';
import type { Preview, PreviewTable } from '../protocol/previews.ts';
import type { Asking } from '../threads/job-threads.ts';
import { MOST_BYTES, readInProcess } from './reader-process.ts';
import { rangeOf, type TableMarks } from './table-marks.ts';
import { PREVIEW_ROWS } from './table-rows.ts';
import type { PreviewAsk, Previewed } from './types.ts';

/** How long somebody waits for a place and an answer; the reader's own bound is shorter. */
const TIMEOUT_MS = 60_000;
/** Tables of which it is kept where their parts begin; each takes up to 200 KB: its head, and 800 places or few more. */
const MOST_KEPT = 64;

/** A file of a workspace. */
export interface ShownFile {
  /** Tells it from all others. */
  id: string;
  name: string;
  size: number;
  /**
   * Bytes of it from `start` up to `end`, that one included. `state` is the same as long as the file is; null where it
   * has just changed, and what is read now may be gone.
   */
  open(range: { start: number; end: number }): Promise<{ stream: Readable; state: string | null }>;
}

export interface Previews {
  /**
   * A bounded part of the file as it is best shown, or why there is none.
   * @throws the signal's reason when it is aborted; what `open` throws
   */
  of(file: ShownFile, part: Pick<PreviewAsk, 'sheet' | 'offset'>, asking: Asking): Promise<Preview>;
}

/** A table that was read from its beginning once. */
interface Known {
  state: string;
  marks: TableMarks;
  table: PreviewTable;
}

export function createPreviews(): Previews {
  /** By the file's id, the one that was asked for longest ago first. */
  const kept = new Map<string, Known>();

  function keep(id: string, known: Known): void {
    kept.delete(id);
    kept.set(id, known);
    const [oldest] = kept.keys();
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  }

  async function whole(file: ShownFile, ask: PreviewAsk, asking: Asking): Promise<Preview> {
    let state: string | null = null;
    const read = await readInProcess<Previewed, never>(
      async () => {
        const opened = await file.open({ start: 0, end: MOST_BYTES - 1 });
        state = opened.state;
        return opened.stream;
      },
      { preview: ask },
      asking,
    );
    if (!('answer' in read) || 'rows' in read.answer) return { kind: 'none', reason: 'too_much' };
    const { preview, marks } = read.answer;
    if (preview.kind === 'table' && marks !== undefined && marks.marks.length > 0 && state !== null)
      keep(file.id, { state, marks, table: { ...preview, rows: [] } });
    return preview;
  }

  /** A later part of a table that is known; null where it has changed since, or is better read whole. */
  async function part(file: ShownFile, ask: PreviewAsk, asking: Asking): Promise<Preview | null> {
    const known = kept.get(file.id);
    const range = known && ask.sheet === 0 ? rangeOf(known.marks, ask.offset, PREVIEW_ROWS) : null;
    if (known === undefined || range === null) return null;
    const { row, start, end = MOST_BYTES - 1 } = range;
    const { label, separator } = known.marks;
    const read = await readInProcess<Previewed, 'changed'>(
      async () => {
        const { stream, state } = await file.open({ start, end });
        if (state === known.state) return stream;
        stream.destroy();
        return { refused: 'changed' };
      },
      { preview: { ...ask, part: { row, label, separator } } },
      asking,
    );
    if (!('answer' in read) || !('rows' in read.answer)) return null;
    keep(file.id, known);
    return { ...known.table, rows: read.answer.rows, offset: ask.offset };
  }

  return {
    async of(file, { sheet, offset }, { person, signal }) {
      const late = AbortSignal.timeout(TIMEOUT_MS);
      const ask = { name: file.name, size: file.size, sheet, offset };
      const asking = { person, signal: AbortSignal.any([signal, late]) };
      try {
        return (await part(file, ask, asking)) ?? (await whole(file, ask, asking));
      } catch (error) {
        if (late.aborted && !signal.aborted) return { kind: 'none', reason: 'busy' };
        throw error;
      }
    },
  };
}
