/** `update_section_content`, `add_section` and `rename_section_title`: changes inside a Markdown file. */
import type { ArgumentsOf } from '../../agents/tool-definitions.ts';
import { changeFile, type Manner } from './change-file.ts';
import { cleanPath, utf8OrNull } from './markdown-text.ts';
import type { Planned } from './planned.ts';
import type { ToolContext, ToolResult } from './types.ts';

export async function updateSectionContent(
  args: ArgumentsOf<'update_section_content'>,
  ctx: ToolContext,
): Promise<ToolResult> {
  return editMarkdown(ctx, args.file, args.mode === 'replace' ? 'replaces' : 'adds', (path, source) =>
    ctx.markdown.run('changeSection', [path, source, args], ctx),
  );
}

export async function addSectionToFile(
  args: ArgumentsOf<'add_section'>,
  ctx: ToolContext,
): Promise<ToolResult> {
  return editMarkdown(ctx, args.file, 'adds', (path, source) =>
    ctx.markdown.run('addNewSection', [path, source, args], ctx),
  );
}

export async function renameSectionTitle(
  args: ArgumentsOf<'rename_section_title'>,
  ctx: ToolContext,
): Promise<ToolResult> {
  return editMarkdown(ctx, args.file, 'adds', (path, source) =>
    ctx.markdown.run('changeTitle', [path, source, args], ctx),
  );
}

async function editMarkdown(
  ctx: ToolContext,
  file: string,
  manner: Manner,
  edit: (path: string, source: string) => Promise<Planned>,
): Promise<ToolResult> {
  const path = cleanPath(file);
  return changeFile(ctx, path, manner, async (bytes) => {
    if (bytes === null)
      return { ok: false, result: `There is no file ${path}. Make it with writemd, or see tree.` };
    const source = utf8OrNull(bytes);
    if (source === null) return { ok: false, result: `${path} is not UTF-8 text, so it cannot be edited.` };
    return await edit(path, source);
  });
}
