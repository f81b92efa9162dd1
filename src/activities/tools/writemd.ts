/** `writemd`: a whole Markdown file, or text at its end or beginning. */
import type { ArgumentsOf } from '../../agents/tool-definitions.ts';
import { changeFile } from './change-file.ts';
import { cleanPath, notMarkdown, utf8OrNull } from './markdown-text.ts';
import { failed, type ToolContext, type ToolResult } from './types.ts';

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
