/** The thread in which papers are checked (see jobs.ts). */
import { answerMarkdown } from '../markdown/answer-markdown.ts';
import { CHECK_JOBS } from './jobs.ts';

answerMarkdown(CHECK_JOBS);
