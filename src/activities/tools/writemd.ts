/** `writemd`: a whole Markdown file, or text at its end or beginning. */
import type { ArgumentsOf } from '../../agents/tool-definitions.ts';
import { appendToDocument, prependToDocument } from '../../domain/markdown/document.ts';
import { outline } from '../../domain/markdown/outline.ts';
import { UnreadableMarkdown } from '../../domain/markdown/unreadable.ts';
import { changeFile, type Planned } from './change-file.ts';
import { cleanPath, notMarkdown, utf8OrNull } from './markdown-text.ts';
import { failed, type ToolContext, type ToolResult } from './types.ts';

const DONE = { write: 'Wrote', append: 'Added to the end of', prepend: 'Added to the beginning of' };
const ADDED = { append: appendToDocument, prepend: prependToDocument };

export async function writemd(args: ArgumentsOf<'writemd'>, ctx: ToolContext): Promise<ToolResult> {
  const path = cleanPath(args.file);
  const problem = notMarkdown(path);
  if (problem !== null) return failed(problem);
  return changeFile(ctx, path, args.mode === 'write' ? 'replaces' : 'adds', async (bytes) => {
    const current = args.mode === 'write' ? '' : utf8OrNull(bytes ?? Buffer.alloc(0));
    if (current === null)
      return { ok: false, result: `${path} is not UTF-8 text, so nothing can be added to it.` };
    return await ctx.markdown.run('changeDocument', [path, current, args], ctx);
  });
}

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
