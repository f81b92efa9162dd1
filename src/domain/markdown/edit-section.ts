/** Reading a section's content, and replacing, extending or prefixing it. */
import { findSection, type SectionFailure } from './find-section.ts';
import { blankLine, lineEndOf, trimBlankLines, withLineEnd } from './line-ends.ts';
import { outline, type Section } from './outline.ts';
import { type Edited, type Splice, splice } from './splice.ts';

export type SectionMode = 'replace' | 'append' | 'prepend';

export type SectionContent =
  | { ok: true; content: string; section: Section }
  | { ok: false; failure: SectionFailure };

/** What stands under a heading, subsections included, without the heading line and without blank lines around. */
export function sectionContent(source: string, reference: string): SectionContent {
  const found = findSection(outline(source), reference);
  if (!found.ok) return found;
  const { section } = found;
  const content = trimBlankLines(source.slice(section.bodyStart, section.end)).text;
  return { ok: true, content, section };
}

/**
 * Writes into a section: `replace` swaps its body with its subsections, `append` adds after its last subsection,
 * `prepend` adds right under its heading. The heading line and all text outside the section stay byte for byte;
 * `content` takes the document's line ends; a blank line stands between it and the headings around it.
 */
export function updateSection(source: string, reference: string, content: string, mode: SectionMode): Edited {
  const sections = outline(source);
  const found = findSection(sections, reference);
  return found.ok ? updateFound(source, { sections, section: found.section }, content, mode) : found;
}

/** As `updateSection`, where the document's sections are known and one of them has been found. */
export function updateFound(
  source: string,
  { sections, section }: { sections: Section[]; section: Section },
  content: string,
  mode: SectionMode,
): Edited {
  return splice(source, sections, bodyEdit(source, section, content, mode));
}

function bodyEdit(source: string, section: Section, content: string, mode: SectionMode): Splice {
  const { headingEnd, end } = section;
  const lineEnd = lineEndOf(source);
  const gap = lineEnd + lineEnd;
  const added = trimBlankLines(withLineEnd(content, lineEnd)).text;
  const old = trimBlankLines(source.slice(headingEnd, end));
  const last = end === source.length;
  if (old.text === '') {
    // One run of blank space, which stays where it is: before the next heading, or at the document's end.
    const tail = last ? old.lead : blankLine(old.lead, lineEnd);
    return { from: headingEnd, to: end, text: added === '' ? tail : gap + added + tail };
  }
  const textStart = headingEnd + old.lead.length;
  const textEnd = end - old.tail.length;
  const tail = last ? old.tail : blankLine(old.tail, lineEnd);
  const lead = blankLine(old.lead, lineEnd);
  if (mode === 'append') return { from: textEnd, to: end, text: (added === '' ? '' : gap + added) + tail };
  if (mode === 'prepend')
    return { from: headingEnd, to: textStart, text: added === '' ? lead : lead + added + gap };
  return { from: headingEnd, to: end, text: added === '' ? tail : lead + added + tail };
}
