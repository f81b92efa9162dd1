/** `read_file`: a text of the workspace by lines; other files as what they are. */
import type { ArgumentsOf } from '../../agents/tool-definitions.ts';
import { cleanPath } from './markdown-text.ts';
import { readText } from './read-text.ts';
import { succeeded, type ToolContext, type ToolResult } from './types.ts';

export async function readFile(args: ArgumentsOf<'read_file'>, ctx: ToolContext): Promise<ToolResult> {
  const path = cleanPath(args.path);
  // Asked before the file is read, so that what a person writes after that is told of by the next call.
  await ctx.personEdited(path);
  return succeeded(await readText(ctx.workspace, path, args));
}
