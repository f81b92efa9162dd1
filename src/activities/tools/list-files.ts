/** `tree` and `list_attachments`: what files there are. */
import type { ArgumentsOf } from '../../agents/tool-definitions.ts';
import { renderTree } from '../../workspace/tree.ts';
import { cleanPath } from './markdown-text.ts';
import { succeeded, type ToolContext, type ToolResult } from './types.ts';
import { sayUpload, uploadsIn } from './uploads.ts';

const ATTACHMENTS_LISTED = 200;

export async function tree(args: ArgumentsOf<'tree'>, ctx: ToolContext): Promise<ToolResult> {
  const path = withoutSlashes(cleanPath(args.path ?? ''));
  if (path === '' || path === '.') return succeeded(renderTree(await ctx.workspace.list()));
  return succeeded(`${path}/\n${renderTree(await ctx.workspace.list(path), path)}`);
}

/** Without the slashes at its end; a regular expression would look at each slash anew. */
function withoutSlashes(path: string): string {
  let end = path.length;
  while (path[end - 1] === '/') end -= 1;
  return path.slice(0, end);
}

export async function listAttachments(_args: unknown, ctx: ToolContext): Promise<ToolResult> {
  const uploads = await uploadsIn(ctx.workspace);
  if (uploads.length === 0) return succeeded('The person has not uploaded any files.');
  const lines = uploads.slice(0, ATTACHMENTS_LISTED).map(sayUpload);
  if (uploads.length > lines.length) lines.push(`(and ${uploads.length - lines.length} more)`);
  return succeeded(lines.join('\n'));
}
