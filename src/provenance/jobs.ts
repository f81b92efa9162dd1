/** Provenance in a thread: a paper is a model's or a stranger's text, and the largest takes a second of a core. */

import { filesShownBy } from '../domain/markdown/files-shown.ts';
import { numbersOf } from '../domain/provenance/paper-numbers.ts';
import { type ProvenanceInput, provenanceOf } from '../domain/provenance/provenance.ts';
import type { Provenance } from '../domain/provenance/types.ts';
import { createMarkdownThreads, type MarkdownThreads } from '../markdown/markdown-threads.ts';

/** As a thread is given it: the files' hashes by their paths. */
export interface ProvenanceJob extends Omit<ProvenanceInput, 'files'> {
  files: Record<string, string>;
}

export const PROVENANCE_JOBS = { traced, placesOfNumbers, filesShownBy };

export type ProvenanceThreads = MarkdownThreads<typeof PROVENANCE_JOBS>;

export function createProvenanceThreads(): ProvenanceThreads {
  return createMarkdownThreads(new URL('./thread.ts', import.meta.url), PROVENANCE_JOBS);
}

/** @throws UnreadableMarkdown */
function traced(job: ProvenanceJob): Provenance {
  return provenanceOf({ ...job, files: new Map(Object.entries(job.files)) });
}

/** Where the numbers of a paper stand. @throws UnreadableMarkdown */
function placesOfNumbers(source: string): { start: number; end: number; section: string }[] {
  return numbersOf(source).numbers.map(({ start, end, section }) => ({ start, end, section }));
}
