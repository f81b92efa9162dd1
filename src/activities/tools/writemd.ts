/** `writemd`: a whole Markdown file, or text at its end or beginning. */
import type { ArgumentsOf } from '../../agents/tool-definitions.ts';
import { appendToDocument, prependToDocument } from '../../domain/markdown/document.ts';
import { outline } from '../../domain/markdown/outline.ts';
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
    const sections = outline(content).length;
    return {
      ok: true,
      content,
      result: `${DONE[args.mode]} ${path}: ${content.length} characters, ${sections} sections.`,
    };
  });
}
