/** The paper check in a thread: a paper is a model's or a stranger's text. */

import { listReferences } from '../domain/references/list-references.ts';
import { createMarkdownThreads, type MarkdownThreads } from '../markdown/markdown-threads.ts';
import { checkPaper } from './check-paper.ts';

export const CHECK_JOBS = { checkPaper, listReferences };

export type CheckThreads = MarkdownThreads<typeof CHECK_JOBS>;

export function createCheckThreads(): CheckThreads {
  return createMarkdownThreads(new URL('./thread.ts', import.meta.url), CHECK_JOBS);
}
