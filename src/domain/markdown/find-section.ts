/** Finding the section that a model names: by its heading's text, or by a path `Parent > Child`. */
import type { Section } from './outline.ts';
import { collapse } from './plain-text.ts';

/** Why a section could not be read or changed; `message` is a sentence that a model can repair from. */
export interface SectionFailure {
  code: 'missing_section' | 'ambiguous_section' | 'swallows_headings' | 'bad_title';
  message: string;
  /** References, each of which would have named exactly one section; the first 60 where there are more. */
  candidates: string[];
}

export type FoundSection = { ok: true; section: Section } | { ok: false; failure: SectionFailure };

/** At most this many candidates are named in a failure: it stays readable, and cheap on a hostile file. */
const CANDIDATES_NAMED = 60;

/**
 * The one section that `reference` names. It is a heading's text (plain, or as written), a path of such texts
 * from any ancestor's child down (`Parent > Child`), or either with ` [n]` for the nth of several with one path.
 */
export function findSection(sections: Section[], reference: string): FoundSection {
  const wanted = normalise(reference);
  const found = matching(sections, wanted);
  const [section] = found;
  if (section !== undefined && found.length === 1) return { ok: true, section };
  if (section !== undefined) return { ok: false, failure: ambiguous(sections, reference, found) };
  const numbered = byNumber(sections, wanted);
  return numbered === undefined
    ? { ok: false, failure: missing(sections, reference) }
    : { ok: true, section: numbered };
}

/** A reference that `findSection` resolves to exactly this section: its path, numbered where that is not enough. */
export function referenceTo(sections: Section[], section: Section): string {
  if (section.path !== '' && matching(sections, normalise(section.path)).length === 1) return section.path;
  const twins = sections.filter((other) => other.path === section.path);
  return `${section.path} [${twins.findIndex((other) => other.start === section.start) + 1}]`;
}

/** Models often write the heading line where its text is asked for: `## Results` names `Results`. */
function normalise(reference: string): string {
  const text = collapse(reference);
  return text.replace(/^#{1,6} (?=\S)/, '');
}

function matching(sections: Section[], wanted: string): Section[] {
  return sections.filter((section) => names([...section.parents, section], wanted));
}

/** Whether `wanted` is the last title of `chain`, or ends in ` > ` and it, with the rest naming its parent. */
function names(chain: Section[], wanted: string): boolean {
  const last = chain.at(-1);
  if (last === undefined) return false;
  for (const title of new Set([last.title, collapse(last.rawTitle)])) {
    if (wanted === title) return true;
    const rest = wanted.slice(0, wanted.length - title.length);
    const separator = /\s*>\s*$/.exec(rest)?.[0];
    if (separator === undefined || !wanted.endsWith(title)) continue;
    if (names(chain.slice(0, -1), rest.slice(0, rest.length - separator.length))) return true;
  }
  return false;
}

function byNumber(sections: Section[], wanted: string): Section | undefined {
  const parts = /^(.*?) ?\[(\d{1,5})\]$/.exec(wanted);
  if (parts === null) return undefined;
  return sections.filter((section) => section.path === parts[1])[Number(parts[2]) - 1];
}

function missing(sections: Section[], reference: string): SectionFailure {
  const candidates = named(sections, sections);
  return {
    code: 'missing_section',
    message:
      sections.length === 0
        ? `There is no section "${reference}": the file has no headings.`
        : `There is no section "${reference}". The sections are:\n${list(candidates, sections.length)}`,
    candidates,
  };
}

function ambiguous(sections: Section[], reference: string, found: Section[]): SectionFailure {
  const candidates = named(sections, found);
  const lines = candidates.map((candidate, index) => `${candidate} (line ${found[index]?.line})`);
  return {
    code: 'ambiguous_section',
    message: `"${reference}" names ${found.length} sections. Use one of these:\n${list(lines, found.length)}`,
    candidates,
  };
}

function named(sections: Section[], found: Section[]): string[] {
  return found.slice(0, CANDIDATES_NAMED).map((section) => referenceTo(sections, section));
}

function list(candidates: string[], total: number): string {
  const lines = candidates.map((candidate) => `- ${candidate}`);
  if (total > lines.length) lines.push(`(and ${total - lines.length} more)`);
  return lines.join('\n');
}
