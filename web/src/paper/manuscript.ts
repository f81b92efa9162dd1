/**
 * The paper while a person may be writing in it and the agent as well. Nothing either wrote is lost: what was
 * typed is a draft until it is saved over exactly the state it was begun from (If-Match), and when somebody else
 * has written meanwhile the person chooses. Pure.
 */
import type { StoredText } from '../api/files.ts';

/** What is on the server; the etag is null where there is no file yet. */
export type Stored = StoredText | { text: ''; etag: null };

export type Manuscript =
  /** Nothing typed: what is shown is what is stored. */
  | { kind: 'clean'; stored: Stored }
  /** Typed over `base`, which is still what is stored. */
  | { kind: 'edited'; base: Stored; draft: string }
  /** Typed over `base`, and `theirs` is stored by now. */
  | { kind: 'conflict'; base: Stored; theirs: Stored; draft: string };

export const NO_FILE: Stored = { text: '', etag: null };

/** What the person sees and types on. */
export function textOf(manuscript: Manuscript): string {
  return manuscript.kind === 'clean' ? manuscript.stored.text : manuscript.draft;
}

/** The newest state of the file that this page knows. */
export function storedOf(manuscript: Manuscript): Stored {
  if (manuscript.kind === 'clean') return manuscript.stored;
  return manuscript.kind === 'edited' ? manuscript.base : manuscript.theirs;
}

/** The person typed. */
export function typed(manuscript: Manuscript, draft: string): Manuscript {
  const stored = storedOf(manuscript);
  if (draft === stored.text) return { kind: 'clean', stored };
  if (manuscript.kind === 'conflict') return { ...manuscript, draft };
  return { kind: 'edited', base: stored, draft };
}

/** The file was read, and this is what it holds. */
export function found(manuscript: Manuscript, stored: Stored): Manuscript {
  if (manuscript.kind === 'clean' || stored.text === manuscript.draft) return { kind: 'clean', stored };
  const { base, draft } = manuscript;
  // Written, but with the same words: nothing to choose between.
  if (stored.text === base.text) return { kind: 'edited', base: stored, draft };
  return { kind: 'conflict', base, theirs: stored, draft };
}

/** `text` was stored; the person may have typed on since. */
export function saved(manuscript: Manuscript, stored: Stored): Manuscript {
  const now = textOf(manuscript);
  return now === stored.text ? { kind: 'clean', stored } : { kind: 'edited', base: stored, draft: now };
}

/** The person's words go over theirs, at the next save. */
export function keepMine(manuscript: Manuscript & { kind: 'conflict' }): Manuscript {
  return { kind: 'edited', base: manuscript.theirs, draft: manuscript.draft };
}

/** The person's words are given up for what is stored. */
export function takeTheirs(manuscript: Manuscript): Manuscript {
  return { kind: 'clean', stored: storedOf(manuscript) };
}
