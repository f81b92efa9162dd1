/**
 * The paper while a person may be writing in it and the agent as well. Nothing either wrote is lost: what was
 * typed is a draft until it is saved over exactly the state it was begun from (If-Match). When somebody else has
 * written meanwhile both are put together line by line, and only where both changed the same lines the person
 * chooses. Pure.
 */
import type { StoredText } from '../api/files.ts';
import type { KeptDraft } from './kept-draft.ts';
import { type Choice, mergeTexts } from './merge.ts';

/** What is on the server; the etag is null where there is no file yet. */
export type Stored = StoredText | { text: ''; etag: null };

export type Manuscript =
  /** Nothing typed: what is shown is what is stored. */
  | { kind: 'clean'; stored: Stored }
  /** Typed over `base`, which is still what is stored. */
  | { kind: 'edited'; base: Stored; draft: string }
  /**
   * `theirs` is stored by now, and changed lines that the person changed too. The draft has everything else that they
   * wrote. `base` is what both began from where nothing has been decided yet, and theirs everywhere else.
   */
  | { kind: 'conflict'; base: string; theirs: Stored; draft: string };

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

/** What the draft began from, as a text. */
function baseOf(manuscript: Exclude<Manuscript, { kind: 'clean' }>): string {
  return manuscript.kind === 'edited' ? manuscript.base.text : manuscript.base;
}

/** What is to outlive the page; null: all of it is stored. */
export function draftOf(manuscript: Manuscript): KeptDraft | null {
  if (manuscript.kind === 'clean') return null;
  return { base: baseOf(manuscript), draft: manuscript.draft };
}

/** The person typed. */
export function typed(manuscript: Manuscript, draft: string): Manuscript {
  if (manuscript.kind === 'conflict') return over(manuscript.base, draft, manuscript.theirs);
  const stored = storedOf(manuscript);
  return draft === stored.text ? { kind: 'clean', stored } : { kind: 'edited', base: stored, draft };
}

/** The file was read, and this is what it holds. */
export function found(manuscript: Manuscript, stored: Stored): Manuscript {
  if (manuscript.kind === 'clean') return { kind: 'clean', stored };
  return over(baseOf(manuscript), manuscript.draft, stored);
}

/** `draft`, begun from the text `base`, where `stored` is what the file holds now. */
export function over(base: string, draft: string, stored: Stored): Manuscript {
  // Written, but with the same words: nothing to put together.
  if (stored.text === base) return typed({ kind: 'clean', stored }, draft);
  if (stored.text === draft) return { kind: 'clean', stored };
  const merge = mergeTexts({ mine: draft, base, theirs: stored.text });
  if (merge.clashes.length === 0) return typed({ kind: 'clean', stored }, merge.text);
  return { kind: 'conflict', base: merge.base, theirs: stored, draft: merge.text };
}

/** `text` was stored; the person may have typed on since. */
export function saved(manuscript: Manuscript, stored: Stored): Manuscript {
  return typed({ kind: 'clean', stored }, textOf(manuscript));
}

/** The person decides one clash (by its number, from 0), or all of them; what is not decided stays open. */
export function decided(manuscript: Manuscript, choice: Choice, clash: number | 'all'): Manuscript {
  if (manuscript.kind !== 'conflict') return manuscript;
  const { draft, base, theirs } = manuscript;
  const merge = mergeTexts({ mine: draft, base, theirs: theirs.text }, (at) =>
    clash === 'all' || clash === at ? choice : undefined,
  );
  return over(merge.base, merge.text, theirs);
}
