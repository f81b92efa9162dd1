/**
 * What is done with whole Markdown documents, in threads: to find the sections of the largest that is read takes up to
 * a second of a core, and its text is a model's or a stranger's (docs/tools.md, "What a tool may take").
 */
import { UnreadableMarkdown } from '../domain/markdown/unreadable.ts';
import { type Asking, createJobThreads, JobTooLarge } from '../threads/job-threads.ts';
import type { MarkdownAnswer, MarkdownJob, MarkdownJobs } from './answer-markdown.ts';

/** Documents at once; guests leave one place to others. */
const PLACES = 2;
const DEADLINE_MS = 10_000;
const HEAP_MIB = 512;
/** Texts of fewer characters than this, together, are read at once: the worst of them take less than 20 ms of a core. */
const READ_HERE_CHARACTERS = 4_096;

export interface MarkdownThreads<Jobs extends MarkdownJobs> {
  /**
   * What the job makes of these arguments.
   * @throws UnreadableMarkdown, also for what takes too long; the signal's reason when it is aborted
   */
  run<Name extends keyof Jobs & string>(
    name: Name,
    args: Parameters<Jobs[Name]>,
    asking: Asking,
  ): Promise<ReturnType<Jobs[Name]>>;
}

/** @param module answers the same `jobs` by `answerMarkdown` */
export function createMarkdownThreads<Jobs extends MarkdownJobs>(
  module: URL,
  jobs: Jobs,
): MarkdownThreads<Jobs> {
  const threads = createJobThreads<MarkdownJob, MarkdownAnswer>({
    module,
    places: PLACES,
    placesForGuests: PLACES - 1,
    deadlineMs: DEADLINE_MS,
    heapMiB: HEAP_MIB,
  });
  return {
    async run(name, args, asking) {
      if (charactersIn(args) <= READ_HERE_CHARACTERS) return jobs[name]?.(...(args as never[])) as never;
      const answer = await threads.run({ name, args }, asking).catch((error: unknown) => {
        if (error instanceof JobTooLarge) throw tooHard(error.takes);
        throw error;
      });
      if ('unreadable' in answer) throw new UnreadableMarkdown(answer.unreadable);
      return answer.value as never;
    },
  };
}

function tooHard(takes: 'time' | 'memory'): UnreadableMarkdown {
  return new UnreadableMarkdown(
    `To read this text as Markdown takes more ${takes} than one text may take here: split it into several files, or ` +
      'read it in parts.',
  );
}

/** Characters of all texts in the arguments, which are texts and plain objects of such. */
function charactersIn(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce((sum: number, part) => sum + charactersIn(part), 0);
}
