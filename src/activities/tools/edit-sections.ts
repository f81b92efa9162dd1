/** `update_section_content`, `add_section` and `rename_section_title`: changes inside a Markdown file. */
import type { ArgumentsOf } from '../../agents/tool-definitions.ts';
import { addSection } from '../../domain/markdown/add-section.ts';
import { updateFound } from '../../domain/markdown/edit-section.ts';
import { findSection } from '../../domain/markdown/find-section.ts';
import { outline } from '../../domain/markdown/outline.ts';
import { withoutOwnHeading } from '../../domain/markdown/own-heading.ts';
import { renameSection } from '../../domain/markdown/rename-section.ts';
import type { Edited } from '../../domain/markdown/splice.ts';
import { changeFile, type Manner, type Planned } from './change-file.ts';
import { cleanPath, utf8OrNull } from './markdown-text.ts';
import type { ToolContext, ToolResult } from './types.ts';

const DONE = {
  replace: 'Replaced the content of',
  append: 'Added to the end of',
  prepend: 'Added to the beginning of',
};

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

/** The document with other content in one of its sections. */
export function changeSection(
  path: string,
  source: string,
  args: Omit<ArgumentsOf<'update_section_content'>, 'file'>,
): Planned {
  const sections = outline(source);
  const found = findSection(sections, args.section);
  if (!found.ok) return { ok: false, result: found.failure.message };
  const { section } = found;
  const { title, level } = section;
  const content = withoutOwnHeading(args.content, title, level);
  return planned(
    updateFound(source, { sections, section }, content, args.mode),
    `${DONE[args.mode]} "${title}" in ${path}.${outranking(content, level)}`,
  );
}

/** The document with one more section. */
export function addNewSection(
  path: string,
  source: string,
  { title, level, after, ...args }: Omit<ArgumentsOf<'add_section'>, 'file'>,
): Planned {
  const content = withoutOwnHeading(args.content, title, level);
  const twin = outline(source).some((section) => section.title === title.trim());
  const note = twin ? ` There was a section "${title.trim()}" already; name them by their paths.` : '';
  return planned(
    addSection(source, { title, level, content, after }),
    `Added the section "${title.trim()}" (level ${level}) to ${path}.${outranking(content, level)}${note}`,
  );
}

/** The document with another title over one of its sections. */
export function changeTitle(
  path: string,
  source: string,
  args: Omit<ArgumentsOf<'rename_section_title'>, 'file'>,
): Planned {
  return planned(
    renameSection(source, args.section, args.new_title),
    `Renamed "${args.section}" to "${args.new_title.trim()}" in ${path}.`,
  );
}

function planned(edited: Edited, result: string): Planned {
  return edited.ok
    ? { ok: true, content: edited.source, result }
    : { ok: false, result: edited.failure.message };
}

/** A warning where headings in a section's new text end that section, because they are not below it. */
function outranking(content: string, level: number): string {
  const titles = outline(content)
    .filter((section) => section.level <= level)
    .map((section) => `"${section.title}"`);
  if (titles.length === 0) return '';
  return (
    ` Note: ${titles.slice(0, 5).join(', ')} in the text ${titles.length === 1 ? 'is' : 'are'} of level ${level} or ` +
    'higher and so began sections of their own; subsections need a lower level.'
  );
}
