/**
 * By which texts a document's sections are found. Made once for a document, in time that grows with the document:
 * what looks a section up never walks along all of them.
 */
import { pathOf, type Section } from './outline.ts';

export interface SectionNames {
  readonly sections: Section[];
  /** In the document's order, the sections with a title that is all of `text` or its end, behind a `>`. */
  endingIn(text: string): Section[];
  /** How many sections up to this one, itself included, have its path. */
  numberOf(section: Section): number;
  /** The nth section with this path (`Parent > Child`, from the outermost down). */
  numbered(path: string, number: number): Section | undefined;
  /** How many sections have this title. */
  withTitle(title: string): number;
}

const KNOWN = new WeakMap<Section[], SectionNames>();

/** The names of these sections, which nobody changes afterwards. */
export function namesOf(sections: Section[]): SectionNames {
  const known = KNOWN.get(sections) ?? makeNames(sections);
  KNOWN.set(sections, known);
  return known;
}

function makeNames(sections: Section[]): SectionNames {
  const byText = new Map<string, Section[]>();
  const titles = new Map<string, number>();
  // By where they begin: whoever asks may have read the document anew.
  const numbers = new Map<number, number>();
  // A path is told by its parent's and its own title, for all paths spelled out may be far longer than the document.
  const paths = new Map<string, Section[]>();
  const pathIds = new Map<Section, number>();
  const ids = new Map<string, number>();
  const separators = sections.some((section) => section.title.includes('>'));
  for (const section of sections) {
    for (const text of new Set([section.title, section.spelledTitle])) add(byText, text, section);
    titles.set(section.title, (titles.get(section.title) ?? 0) + 1);
    const parent = section.parents.at(-1);
    const key = `${(parent && pathIds.get(parent)) ?? 0} ${section.title}`;
    const id = ids.get(key) ?? ids.size + 1;
    ids.set(key, id);
    pathIds.set(section, id);
    numbers.set(section.start, add(paths, key, section));
  }
  return {
    sections,
    endingIn: (text) => endingIn(byText, text),
    // Where titles hold the separator, sections of other parents may have the same path.
    numberOf: (section) =>
      separators
        ? withPath(byText, pathOf(section)).findIndex(({ start }) => start === section.start) + 1
        : (numbers.get(section.start) ?? 1),
    numbered: (path, number) => withPath(byText, path)[number - 1],
    withTitle: (title) => titles.get(title) ?? 0,
  };
}

function endingIn(byText: ReadonlyMap<string, Section[]>, text: string): Section[] {
  const lists = [...endsOf(text)].flatMap((end) => {
    const list = byText.get(end);
    return list === undefined ? [] : [list];
  });
  const [only] = lists;
  if (only === undefined || lists.length === 1) return only ?? [];
  return [...new Set(lists.flat())].sort((one, other) => one.line - other.line);
}

function withPath(byText: ReadonlyMap<string, Section[]>, path: string): Section[] {
  return endingIn(byText, path).filter((section) => isPath(section, path));
}

/** Adds to the list under `key`; gives the list's length. */
function add(lists: Map<string, Section[]>, key: string, section: Section): number {
  const list = lists.get(key);
  if (list !== undefined) return list.push(section);
  lists.set(key, [section]);
  return 1;
}

/** The whole text, and what stands behind each `>` in it. */
function* endsOf(text: string): Generator<string> {
  yield text;
  for (let at = text.indexOf('>'); at >= 0; at = text.indexOf('>', at + 1))
    yield text.slice(at + 1).trimStart();
}

/** Whether the titles from the outermost section down to this one are `path`. Makes no string of them. */
function isPath(section: Section, path: string): boolean {
  let end = path.length;
  const chain = [...section.parents, section];
  for (let at = chain.length - 1; at >= 0; at -= 1) {
    const title = chain[at]?.title ?? '';
    if (!path.endsWith(title, end)) return false;
    end -= title.length;
    if (at === 0) return end === 0;
    if (!path.endsWith(' > ', end)) return false;
    end -= 3;
  }
  return false;
}
