/** What the tools that change Markdown make of a document: functions of texts alone, which run in a thread. */
import type { ArgumentsOf } from '../../agents/tool-definitions.ts';
import { addSection } from '../../domain/markdown/add-section.ts';
import { updateFound } from '../../domain/markdown/edit-section.ts';
import { findSection } from '../../domain/markdown/find-section.ts';
import { outline } from '../../domain/markdown/outline.ts';
import { withoutOwnHeading } from '../../domain/markdown/own-heading.ts';
import { renameSection } from '../../domain/markdown/rename-section.ts';
import type { Edited } from '../../domain/markdown/splice.ts';
import type { Planned } from './planned.ts';

const DONE = {
  replace: 'Replaced the content of',
  append: 'Added to the end of',
  prepend: 'Added to the beginning of',
};

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
