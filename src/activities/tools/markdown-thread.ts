/** The thread in which a worker's Markdown is read and changed (see markdown-jobs.ts). */
import { answerMarkdown } from '../../markdown/answer-markdown.ts';
import { MARKDOWN_JOBS } from './markdown-jobs.ts';

answerMarkdown(MARKDOWN_JOBS);
