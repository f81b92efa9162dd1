/** `write_file`: a whole text file, for the code agent. */
import type { ArgumentsOf } from '../../agents/tool-definitions.ts';
import { changeFile } from './change-file.ts';
import { cleanPath } from './markdown-text.ts';
import type { ToolContext, ToolResult } from './types.ts';

export async function writeFile(args: ArgumentsOf<'write_file'>, ctx: ToolContext): Promise<ToolResult> {
  const path = cleanPath(args.path);
  return changeFile(ctx, path, 'replaces', () => ({
    ok: true,
    content: args.content,
    result: `Wrote ${path}: ${Buffer.byteLength(args.content)} bytes.`,
  }));
}
