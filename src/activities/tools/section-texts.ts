/** What the tools that read Markdown say of a document: functions of texts alone, which run in a thread. */
import { sectionContent } from '../../domain/markdown/edit-section.ts';
import { referenceTo } from '../../domain/markdown/find-section.ts';
import { type GuidedSection, guidedOutline } from '../../domain/markdown/guidance.ts';
import { withLineEnd } from '../../domain/markdown/line-ends.ts';
import type { Section } from '../../domain/markdown/outline.ts';
import { namesOf } from '../../domain/markdown/section-names.ts';

/** What a result may hold, in characters; longer sections are read in part with read_file. */
const MOST_CHARACTERS = 60_000;
const SECTIONS_SHOWN = 300;

/** A Markdown file's sections, one a line, with what each asks for, how much is written there and how it begins. Bounded. */
export function describeOutline(path: string, source: string): string {
  const guided = guidedOutline(source);
  if (guided.length === 0) return `${path} has no headings (${source.length} characters).`;
  const sections = guided.map((part) => part.section);
  const lines = guided.slice(0, SECTIONS_SHOWN).flatMap((part) => describe(part, sections));
  if (guided.length > SECTIONS_SHOWN) lines.push(`(and ${guided.length - SECTIONS_SHOWN} more sections)`);
  return `${path}: ${guided.length} sections\n\n${lines.join('\n')}`.slice(0, MOST_CHARACTERS);
}

function describe({ section, guidance, written, beginning }: GuidedSection, sections: Section[]): string[] {
  const state = written === 0 ? 'empty' : `${written} characters written`;
  const lines = [
    `${'#'.repeat(section.level)} ${section.rawTitle}  (level ${section.level}, line ${section.line}, ${state})`,
  ];
  if (namesOf(sections).withTitle(section.title) > 1)
    lines.push(`  section: ${referenceTo(sections, section)}`);
  if (guidance !== null) lines.push(`  asks for: ${guidance}`);
  if (beginning !== '') lines.push(`  holds: ${beginning}`);
  return lines;
}

/** The text of the section that `reference` names, bounded; or why there is none. */
export function readSection(
  path: string,
  source: string,
  reference: string,
): { ok: boolean; result: string } {
  const found = sectionContent(source, reference);
  if (!found.ok) return { ok: false, result: found.failure.message };
  const content = withLineEnd(found.content, '\n');
  if (content === '') return { ok: true, result: '(This section is empty.)' };
  if (content.length <= MOST_CHARACTERS) return { ok: true, result: content };
  const result =
    `${content.slice(0, MOST_CHARACTERS)}\n\n[cut after ${MOST_CHARACTERS} of ${content.length} characters: read the ` +
    `rest with read_file; the section begins at line ${found.section.line} of ${path}]`;
  return { ok: true, result };
}
