/** `tree` and `list_attachments`: what files there are. */
import type { ArgumentsOf } from '../../agents/tool-definitions.ts';
import { codeOf } from '../../system-error.ts';
import { printable, readableSize, renderTree } from '../../workspace/tree.ts';
import { cleanPath } from './markdown-text.ts';
import { succeeded, type ToolContext, type ToolResult } from './types.ts';

export const ATTACHMENTS = 'attachments';
const ATTACHMENTS_LISTED = 200;

export async function tree(args: ArgumentsOf<'tree'>, ctx: ToolContext): Promise<ToolResult> {
  const path = cleanPath(args.path ?? '').replace(/\/+$/, '');
  if (path === '' || path === '.') return succeeded(renderTree(await ctx.workspace.list()));
  return succeeded(`${path}/\n${renderTree(await ctx.workspace.list(path), path)}`);
}

export async function listAttachments(_args: unknown, ctx: ToolContext): Promise<ToolResult> {
  const listing = await ctx.workspace.list(ATTACHMENTS).catch((error: unknown) => {
    if (codeOf(error) === 'not_found') return { entries: [], truncated: false };
    throw error;
  });
  const files = listing.entries.filter((entry) => entry.kind === 'file');
  if (files.length === 0) return succeeded('The person has not uploaded any files.');
  const lines = files
    .slice(0, ATTACHMENTS_LISTED)
    .map((file) => `${printable(file.path)}  ${readableSize(file.size)}`);
  if (files.length > lines.length) lines.push(`(and ${files.length - lines.length} more)`);
  return succeeded(lines.join('\n'));
}
