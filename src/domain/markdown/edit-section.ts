/** Reading a section's content, and replacing, extending or prefixing it. */
import { findSection, type SectionFailure } from './find-section.ts';
import {
  blankLine,
  countLineEnds,
  type LineEnd,
  lineEndOf,
  trimBlankLines,
  withLineEnd,
  withoutFirstLineEnd,
} from './line-ends.ts';
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

/** The edit begins under the heading's line, whose own line end stays, whatever the document's others are. */
function bodyEdit(source: string, section: Section, content: string, mode: SectionMode): Splice {
  const { headingEnd, bodyStart, end } = section;
  const own = source.slice(headingEnd, bodyStart);
  const lineEnd = lineEndOf(source, own === '' ? undefined : (own as LineEnd));
  const gap = lineEnd + lineEnd;
  const added = trimBlankLines(withLineEnd(content, lineEnd)).text;
  const old = trimBlankLines(source.slice(bodyStart, end));
  const last = end === source.length;
  // A heading that ends the document has no line end yet.
  const under = (own === '' ? lineEnd : '') + (countLineEnds(old.lead) > 0 ? old.lead : lineEnd);
  if (old.text === '') {
    // One run of blank space, which stays where it is: before the next heading, or at the document's end.
    if (added === '') return { from: bodyStart, to: end, text: last ? old.lead : under };
    const space = own + old.lead;
    const tail = last ? space : blankLine(space, lineEnd);
    return { from: bodyStart, to: end, text: (own === '' ? gap : lineEnd) + added + tail };
  }
  const textStart = bodyStart + old.lead.length;
  const textEnd = end - old.tail.length;
  const tail = last ? old.tail : blankLine(old.tail, lineEnd);
  if (mode === 'append') return { from: textEnd, to: end, text: (added === '' ? '' : gap + added) + tail };
  if (mode === 'prepend') {
    return { from: bodyStart, to: textStart, text: added === '' ? under : under + added + gap };
  }
  if (added !== '') return { from: bodyStart, to: end, text: under + added + tail };
  // The heading's line is the last one now: it ends as the document did.
  if (tail === '') return { from: headingEnd, to: end, text: '' };
  return { from: bodyStart, to: end, text: withoutFirstLineEnd(tail) };
}
