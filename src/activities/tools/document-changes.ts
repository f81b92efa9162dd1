/** What `writemd` makes of a document: functions of texts alone, which run in a thread. */
import type { ArgumentsOf } from '../../agents/tool-definitions.ts';
import { appendToDocument, prependToDocument } from '../../domain/markdown/document.ts';
import { outline } from '../../domain/markdown/outline.ts';
import { UnreadableMarkdown } from '../../domain/markdown/unreadable.ts';
import type { Planned } from './planned.ts';

const DONE = { write: 'Wrote', append: 'Added to the end of', prepend: 'Added to the beginning of' };
const ADDED = { append: appendToDocument, prepend: prependToDocument };

/** The text that a Markdown file is to hold, which holds `current` now. */
export function changeDocument(
  path: string,
  current: string,
  { content: given, mode }: Omit<ArgumentsOf<'writemd'>, 'file'>,
): Planned {
  const content = mode === 'write' ? given : ADDED[mode](current, given);
  return {
    ok: true,
    content,
    result: `${DONE[mode]} ${path}: ${content.length} characters, ${sectionsOf(content)}`,
  };
}

/** What is written is written, whether or not sections can be found in it. */
function sectionsOf(content: string): string {
  try {
    return `${outline(content).length} sections.`;
  } catch (error) {
    if (error instanceof UnreadableMarkdown) return `sections not counted. ${error.message}`;
    throw error;
  }
}
