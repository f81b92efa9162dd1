/** The thread in which files are compared (see comparer.ts). */
import { answerJobs } from '../threads/answer-jobs.ts';
import { compareBytes } from './compare-bytes.ts';
import type { CompareJob } from './comparer.ts';

answerJobs(({ expected, got }: CompareJob) => compareBytes(Buffer.from(expected), Buffer.from(got)));
