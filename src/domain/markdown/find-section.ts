/** Finding the section that a model names: by its heading's text, or by a path `Parent > Child`. */
import { pathOf, type Section } from './outline.ts';
import { collapse } from './plain-text.ts';
import { namesOf, type SectionNames } from './section-names.ts';
import { MOST_TITLE_CHARACTERS } from './unreadable.ts';

/** Why a section could not be read or changed; `message` is a sentence that a model can repair from. */
export interface SectionFailure {
  code: 'missing_section' | 'ambiguous_section' | 'swallows_headings' | 'bad_title';
  message: string;
  /** References, each of which would have named exactly one section; the first 60 where there are more. */
  candidates: string[];
}

export type FoundSection = { ok: true; section: Section } | { ok: false; failure: SectionFailure };

/** At most this many candidates are named in a failure, in at most so many characters: it stays readable. */
const CANDIDATES_NAMED = 60;
const CANDIDATE_CHARACTERS = 20_000;

/** A path of titles, one of each level, with what parts and numbers them. */
const MOST_REFERENCE_CHARACTERS = 6 * (MOST_TITLE_CHARACTERS + 10);

/**
 * The one section that `reference` names. It is a heading's text (plain, or as written), a path of such texts
 * from any ancestor's child down (`Parent > Child`), or either with ` [n]` for the nth of several with one path.
 */
export function findSection(sections: Section[], reference: string): FoundSection {
  const names = namesOf(sections);
  if (reference.length > MOST_REFERENCE_CHARACTERS) {
    return { ok: false, failure: missing(names, `${reference.slice(0, 100).toWellFormed()}…`) };
  }
  const wanted = normalise(reference);
  const found = matching(names, wanted);
  const [section] = found;
  if (section !== undefined && found.length === 1) return { ok: true, section };
  if (section !== undefined) return { ok: false, failure: ambiguous(names, reference, found) };
  const numbered = byNumber(names, wanted);
  return numbered === undefined
    ? { ok: false, failure: missing(names, reference) }
    : { ok: true, section: numbered };
}

/** A reference that `findSection` resolves to exactly this section: its path, numbered where that is not enough. */
export function referenceTo(sections: Section[], section: Section): string {
  const names = namesOf(sections);
  const path = pathOf(section);
  if (path !== '' && matching(names, normalise(path), 2).length === 1) return path;
  return `${path} [${names.numberOf(section)}]`;
}

/** Models often write the heading line where its text is asked for: `## Results` names `Results`. */
function normalise(reference: string): string {
  const text = collapse(reference);
  return text.replace(/^#{1,6} (?=\S)/, '');
}

/** The sections that `wanted` names, the first `most` of them. */
function matching(names: SectionNames, wanted: string, most = Number.POSITIVE_INFINITY): Section[] {
  const found: Section[] = [];
  for (const section of names.endingIn(wanted)) {
    if (isNamed([...section.parents, section], wanted)) found.push(section);
    if (found.length >= most) break;
  }
  return found;
}

/** Whether `wanted`, which is collapsed, is the last title of `chain`, or ends in ` > ` and it, with the rest naming its parent. */
function isNamed(chain: readonly Section[], wanted: string): boolean {
  const last = chain.at(-1);
  if (last === undefined) return false;
  for (const title of new Set([last.title, last.spelledTitle])) {
    if (wanted === title) return true;
    if (!wanted.endsWith(title)) continue;
    const rest = wanted.slice(0, wanted.length - title.length).trimEnd();
    if (rest.endsWith('>') && isNamed(chain.slice(0, -1), rest.slice(0, -1).trimEnd())) return true;
  }
  return false;
}

function byNumber(names: SectionNames, wanted: string): Section | undefined {
  const parts = /^(.*?) ?\[(\d{1,5})\]$/.exec(wanted);
  const [, path = '', number = ''] = parts ?? [];
  return parts === null ? undefined : names.numbered(path, Number(number));
}

function missing(names: SectionNames, reference: string): SectionFailure {
  const { sections } = names;
  const candidates = named(names, sections);
  return {
    code: 'missing_section',
    message:
      sections.length === 0
        ? `There is no section "${reference}": the file has no headings.`
        : `There is no section "${reference}". The sections are:\n${list(candidates, sections.length)}`,
    candidates,
  };
}

function ambiguous(names: SectionNames, reference: string, found: Section[]): SectionFailure {
  const candidates = named(names, found);
  const lines = candidates.map((candidate, index) => `${candidate} (line ${found[index]?.line})`);
  return {
    code: 'ambiguous_section',
    message: `"${reference}" names ${found.length} sections. Use one of these:\n${list(lines, found.length)}`,
    candidates,
  };
}

function named(names: SectionNames, found: Section[]): string[] {
  const candidates: string[] = [];
  let room = CANDIDATE_CHARACTERS;
  for (const section of found.slice(0, CANDIDATES_NAMED)) {
    const reference = referenceTo(names.sections, section);
    room -= reference.length;
    if (room < 0) break;
    candidates.push(reference);
  }
  return candidates;
}

function list(candidates: string[], total: number): string {
  const lines = candidates.map((candidate) => `- ${candidate}`);
  if (total > lines.length) lines.push(`(and ${total - lines.length} more)`);
  return lines.join('\n');
}
