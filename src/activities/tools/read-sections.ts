/** `analyze_template` and `get_section_content`: what a Markdown file is made of. */
import type { ArgumentsOf } from '../../agents/tool-definitions.ts';
import { cleanPath, utf8OrNull } from './markdown-text.ts';
import { failed, succeeded, type ToolContext, type ToolResult } from './types.ts';

const MOST_BYTES = 8 * 1024 ** 2;

export async function analyzeTemplate(
  args: ArgumentsOf<'analyze_template'>,
  ctx: ToolContext,
): Promise<ToolResult> {
  const path = cleanPath(args.file);
  const source = utf8OrNull(await ctx.workspace.read(path, { maxBytes: MOST_BYTES }));
  if (source === null) return failed(`${path} is not UTF-8 text.`);
  return succeeded(await ctx.markdown.run('describeOutline', [path, source], ctx));
}

export async function getSectionContent(
  args: ArgumentsOf<'get_section_content'>,
  ctx: ToolContext,
): Promise<ToolResult> {
  const path = cleanPath(args.file);
  await ctx.personEdited(path);
  const source = utf8OrNull(await ctx.workspace.read(path, { maxBytes: MOST_BYTES }));
  if (source === null) return failed(`${path} is not UTF-8 text.`);
  const { ok, result } = await ctx.markdown.run('readSection', [path, source, args.section], ctx);
  return ok ? succeeded(result) : failed(result);
}
