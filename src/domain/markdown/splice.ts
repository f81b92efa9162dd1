/** The one way in which a document is changed: bytes outside the edit stay, and so do the headings outside it. */
import type { SectionFailure } from './find-section.ts';
import { outline, type Section } from './outline.ts';

export type Edited = { ok: true; source: string } | { ok: false; failure: SectionFailure };

/** `text` takes the place of what stands from `from` up to `to`. */
export interface Splice {
  from: number;
  to: number;
  text: string;
}

/**
 * The document, whose sections are `before`, after the edit, unless the edit would change which headings stand before or after it: an open
 * code fence or HTML comment in the new text would swallow the sections that follow.
 */
export function splice(source: string, before: Section[], edit: Splice): Edited {
  const edited = source.slice(0, edit.from) + edit.text + source.slice(edit.to);
  const shift = edit.text.length - (edit.to - edit.from);
  const after = new Map(outline(edited).map((section) => [section.start, section]));
  const lost = before.find((section) => {
    if (section.headingEnd <= edit.from) return !same(section, after.get(section.start));
    return section.start >= edit.to && !same(section, after.get(section.start + shift));
  });
  if (lost === undefined) return { ok: true, source: edited };
  return {
    ok: false,
    failure: {
      code: 'swallows_headings',
      message:
        `Not written: with this text the heading "${lost.title}" would no longer be one. ` +
        'Close what the text leaves open (a code fence, an HTML comment or tag, a formula) and try again.',
      candidates: [],
    },
  };
}

function same(section: Section, now: Section | undefined): boolean {
  return now?.level === section.level && now.rawTitle === section.rawTitle;
}
