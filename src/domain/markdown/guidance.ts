/** What a template asks for: HTML comments that stand right under its headings. */
import { collapse, readBlocks, type Section } from './outline.ts';

export interface GuidedSection {
  section: Section;
  /** The text of the comments in the section's own part (before its first subsection), or null. */
  guidance: string | null;
  /** Characters of the section's own part that are neither comments nor white space at the ends. */
  written: number;
}

const COMMENT = /<!--([\s\S]*?)-->/g;

/** The document's sections, each with what its comments ask for and how much is written there already. */
export function guidedOutline(source: string): GuidedSection[] {
  const { blocks, sections } = readBlocks(source);
  return sections.map((section, index) => {
    const ownEnd = Math.min(section.end, sections[index + 1]?.start ?? section.end);
    const comments = blocks
      .filter((block) => block.type === 'html' && block.start >= section.bodyStart && block.end <= ownEnd)
      .flatMap((block) => [...source.slice(block.start, block.end).matchAll(COMMENT)])
      .map((match) => collapse(match[1] ?? ''))
      .filter((text) => text !== '');
    const own = source.slice(section.bodyStart, ownEnd).replace(COMMENT, '').trim();
    return { section, guidance: comments.length > 0 ? comments.join(' ') : null, written: own.length };
  });
}
