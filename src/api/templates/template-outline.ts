/** A template's sections as its page shows them, found in a thread: whoever publishes a template chooses its text. */
import { guidedOutline } from '../../domain/markdown/guidance.ts';
import { pathOf } from '../../domain/markdown/outline.ts';
import { createMarkdownThreads, type MarkdownThreads } from '../../markdown/markdown-threads.ts';

/** Of a section's path in an outline: all paths together are longer than the template without a bound. */
const PATH_CHARACTERS = 200;

export const TEMPLATE_JOBS = { templateOutline };

export type TemplateMarkdown = MarkdownThreads<typeof TEMPLATE_JOBS>;

export function createTemplateMarkdown(): TemplateMarkdown {
  return createMarkdownThreads(new URL('./outline-thread.ts', import.meta.url), TEMPLATE_JOBS);
}

/** The sections in order, with what each asks for. @throws UnreadableMarkdown */
export function templateOutline(content: string) {
  return guidedOutline(content).map(({ section, guidance }) => ({
    title: section.title,
    level: section.level,
    path: pathOf(section).slice(0, PATH_CHARACTERS).toWellFormed(),
    line: section.line,
    guidance,
  }));
}
