/** What a template asks for: HTML comments that stand right under its headings. */
import { readOutline, type Section } from './outline.ts';
import { collapse } from './plain-text.ts';

export interface GuidedSection {
  section: Section;
  /** The text of the comments in the section's own part (before its first subsection), or null. */
  guidance: string | null;
  /** Characters of the section's own part that are neither comments nor white space at the ends. */
  written: number;
  /**
   * The beginning of that text, white space collapsed: people's own templates say what they ask for in plain words, and
   * only its reader can tell that from what is done (W14).
   */
  beginning: string;
}

const BEGINNING_CHARACTERS = 160;

/**
 * The document's sections, each with what its comments ask for and how much is written there already.
 * @throws UnreadableMarkdown
 */
export function guidedOutline(source: string): GuidedSection[] {
  const { sections, html } = readOutline(source);
  // Both stand in the document's order, so one walk along both finds whose is whose.
  let next = 0;
  return sections.map((section, index) => {
    const ownEnd = sections[index + 1]?.start ?? source.length;
    const asked: string[] = [];
    for (let block = html[next]; block !== undefined && block.start < ownEnd; block = html[++next]) {
      if (block.start < section.bodyStart) continue;
      asked.push(...splitComments(source.slice(block.start, block.end)).comments);
    }
    const comments = asked.map(collapse).filter((text) => text !== '');
    const { rest } = splitComments(source.slice(section.bodyStart, ownEnd));
    return {
      section,
      guidance: comments.length > 0 ? comments.join(' ') : null,
      written: rest.trim().length,
      beginning: beginningOf(rest),
    };
  });
}

function beginningOf(text: string): string {
  const words = collapse(text.trimStart().slice(0, 2 * BEGINNING_CHARACTERS));
  return words.length > BEGINNING_CHARACTERS
    ? `${words.slice(0, BEGINNING_CHARACTERS).toWellFormed()}…`
    : words;
}

/** The HTML comments of a text, and what stands around them. One that nothing closes is none. */
function splitComments(text: string): { comments: string[]; rest: string } {
  const comments: string[] = [];
  let rest = '';
  let at = 0;
  for (;;) {
    const open = text.indexOf('<!--', at);
    const close = open < 0 ? -1 : text.indexOf('-->', open + 4);
    if (close < 0) return { comments, rest: rest + text.slice(at) };
    comments.push(text.slice(open + 4, close));
    rest += text.slice(at, open);
    at = close + 3;
  }
}
