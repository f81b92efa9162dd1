/** The thread's side of markdown-threads.ts. */
import { UnreadableMarkdown } from '../domain/markdown/unreadable.ts';
import { answerJobs } from '../threads/answer-jobs.ts';

/** What may be done with documents: functions of texts and plain objects that give such, and depend on nothing else. */
export type MarkdownJobs = Record<string, (...args: never[]) => unknown>;

export interface MarkdownJob {
  name: string;
  args: unknown[];
}

export type MarkdownAnswer = { value: unknown } | { unreadable: string };

export function answerMarkdown(jobs: MarkdownJobs): void {
  answerJobs(({ name, args }: MarkdownJob): MarkdownAnswer => {
    try {
      return { value: jobs[name]?.(...(args as never[])) };
    } catch (error) {
      if (error instanceof UnreadableMarkdown) return { unreadable: error.message };
      throw error;
    }
  });
}
