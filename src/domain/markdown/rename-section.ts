/** Giving a section another title. */
import { findSection } from './find-section.ts';
import { outline } from './outline.ts';
import { type Edited, splice } from './splice.ts';
import { cleanTitle } from './title.ts';

/**
 * The document with one heading's text changed; its level, its style (number signs or underline) and all else
 * stay. A title that cannot stand above an underline (`- x`, `> x`) makes an underlined heading one with number signs.
 */
export function renameSection(source: string, reference: string, newTitle: string): Edited {
  const title = cleanTitle(newTitle);
  if (title === null) {
    return { ok: false, failure: { code: 'bad_title', message: 'The new title is empty.', candidates: [] } };
  }
  const sections = outline(source);
  const found = findSection(sections, reference);
  if (!found.ok) return found;
  const { section } = found;
  const inPlace = splice(source, sections, { from: section.titleStart, to: section.titleEnd, text: title });
  if (inPlace.ok && isHeading(inPlace.source, section.start, section.level, title)) return inPlace;
  const heading = `${'#'.repeat(section.level)} ${title}`;
  return splice(source, sections, { from: section.start, to: section.headingEnd, text: heading });
}

function isHeading(source: string, start: number, level: number, rawTitle: string): boolean {
  return outline(source).some(
    (section) => section.start === start && section.level === level && section.rawTitle === rawTitle,
  );
}
