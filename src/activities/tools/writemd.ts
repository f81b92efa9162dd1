/** `writemd`: a whole Markdown file, or text at its end or beginning. */
import type { ArgumentsOf } from '../../agents/tool-definitions.ts';
import { appendToDocument, prependToDocument } from '../../domain/markdown/document.ts';
import { outline } from '../../domain/markdown/outline.ts';
import { UnreadableMarkdown } from '../../domain/markdown/unreadable.ts';
import { changeFile } from './change-file.ts';
import { cleanPath, notMarkdown, utf8OrNull } from './markdown-text.ts';
import { failed, type ToolContext, type ToolResult } from './types.ts';

const DONE = { write: 'Wrote', append: 'Added to the end of', prepend: 'Added to the beginning of' };

export async function writemd(args: ArgumentsOf<'writemd'>, ctx: ToolContext): Promise<ToolResult> {
  const path = cleanPath(args.file);
  const problem = notMarkdown(path);
  if (problem !== null) return failed(problem);
  return changeFile(ctx, path, args.mode === 'write' ? 'replaces' : 'adds', (bytes) => {
    const current = args.mode === 'write' ? '' : utf8OrNull(bytes ?? Buffer.alloc(0));
    if (current === null)
      return { ok: false, result: `${path} is not UTF-8 text, so nothing can be added to it.` };
    const content =
      args.mode === 'write'
        ? args.content
        : args.mode === 'append'
          ? appendToDocument(current, args.content)
          : prependToDocument(current, args.content);
    return {
      ok: true,
      content,
      result: `${DONE[args.mode]} ${path}: ${content.length} characters, ${sectionsOf(content)}`,
    };
  });
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
