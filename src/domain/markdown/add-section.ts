/** Adding a section to a document. */
import { findSection } from './find-section.ts';
import { blankLine, lineEndOf, trimBlankLines, withLineEnd } from './line-ends.ts';
import { outline } from './outline.ts';
import { type Edited, type Splice, splice } from './splice.ts';
import { cleanTitle } from './title.ts';

export interface NewSection {
  title: string;
  /** 1 to 6. */
  level: number;
  content: string;
  /** The section (with its subsections) after which the new one stands; absent: the document's end. */
  after?: string | undefined;
}

/**
 * The document with a new section. Everything that was there stays byte for byte; blank lines are put around the
 * new text where there are none. A document that ended with a line end still does, and one that did not does not.
 */
export function addSection(source: string, section: NewSection): Edited {
  const title = cleanTitle(section.title);
  if (title === null) {
    return { ok: false, failure: { code: 'bad_title', message: 'The title is empty.', candidates: [] } };
  }
  const sections = outline(source);
  let at = source.length;
  if (section.after !== undefined) {
    const found = findSection(sections, section.after);
    if (!found.ok) return found;
    at = found.section.end;
  }
  const heading = `${'#'.repeat(section.level)} ${title}`;
  const edited = splice(source, sections, insertion(source, at, heading, section.content));
  if (!edited.ok) return edited;
  const known = outline(edited.source).length > sections.length;
  return known ? edited : { ok: false, failure: NO_HEADING };
}

const NO_HEADING = {
  code: 'swallows_headings' as const,
  message:
    'Not written: at that place a heading would not be one, because the text before it leaves a code fence, ' +
    'an HTML comment or a formula open. Close that first.',
  candidates: [],
};

function insertion(source: string, at: number, heading: string, content: string): Splice {
  const lineEnd = lineEndOf(source);
  const gap = lineEnd + lineEnd;
  const body = trimBlankLines(withLineEnd(content, lineEnd)).text;
  const block = body === '' ? heading : heading + gap + body;
  const mark = source.startsWith('\uFEFF') ? 1 : 0;
  const before = trimBlankLines(source.slice(mark, at));
  if (before.text === '') return { from: at, to: at, text: block + lineEnd };
  const from = at - before.tail.length;
  // At the end the blank space stays last, so that the final newline is as it was.
  if (at === source.length) return { from, to: from, text: gap + block };
  return { from, to: at, text: blankLine(before.tail, lineEnd) + block + gap };
}
