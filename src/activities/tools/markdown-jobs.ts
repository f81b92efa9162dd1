/**
 * What tools make of whole Markdown documents: functions of texts alone, done in a thread where a document is more
 * than a few thousand characters.
 */
import { createMarkdownThreads, type MarkdownThreads } from '../../markdown/markdown-threads.ts';
import { changeDocument } from './document-changes.ts';
import { addNewSection, changeSection, changeTitle } from './section-changes.ts';
import { describeOutline, readSection } from './section-texts.ts';

export const MARKDOWN_JOBS = {
  describeOutline,
  readSection,
  changeSection,
  addNewSection,
  changeTitle,
  changeDocument,
};

export type ToolMarkdown = MarkdownThreads<typeof MARKDOWN_JOBS>;

export function createToolMarkdown(): ToolMarkdown {
  return createMarkdownThreads(new URL('./markdown-thread.ts', import.meta.url), MARKDOWN_JOBS);
}
