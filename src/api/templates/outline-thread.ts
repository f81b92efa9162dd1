/** The thread in which an api's templates are read (see template-outline.ts). */
import { answerMarkdown } from '../../markdown/answer-markdown.ts';
import { TEMPLATE_JOBS } from './template-outline.ts';

answerMarkdown(TEMPLATE_JOBS);
