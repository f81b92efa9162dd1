/** The thread in which papers are traced (see jobs.ts). */
import { answerMarkdown } from '../markdown/answer-markdown.ts';
import { PROVENANCE_JOBS } from './jobs.ts';

answerMarkdown(PROVENANCE_JOBS);
