/** What is asked of a file that somebody brought, and what its parser answers. */
import type { Preview } from '../protocol/previews.ts';
import type { Window } from './line-window.ts';
import type { TableMarks, TablePart } from './table-marks.ts';

/** Which part of which file; `size` is that of the whole file, of which the reader gets no more than it may read. */
export interface PreviewAsk {
  name: string;
  size: number;
  sheet: number;
  offset: number;
  /** The bytes are but this part of a table that was read before. */
  part?: TablePart;
}

/** What is shown; of a table that has parts, where these begin; of one of them, its rows alone. */
export type Previewed = { preview: Preview; marks?: TableMarks } | { rows: string[][] };

/** What is wanted of a file: a window of its text, or what a person is shown of it. */
export type Ask = { window: Window } | { preview: PreviewAsk };

/** A picture is wanted of the file: itself, or a page of it. */
export interface PictureAsk {
  picture: { page?: number };
}

/** `isText`: it is no document after all, but a text. */
export type Converted = { ok: true; text: string } | { ok: false; problem: string; isText?: true };

/** What a parser makes of a document: its text, piece by piece, or why there is none. */
export type Text = { chunks: Iterable<string> | AsyncIterable<string> } | { problem: string };
