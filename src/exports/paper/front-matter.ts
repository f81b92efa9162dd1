/** What a paper says about itself in its first lines; everything else there is passed over (O10). */
import { yamlFields } from '../../documents/yaml-fields.ts';
import { frontMatterLines } from '../../domain/markdown/front-matter.ts';
import { linesOf } from '../../domain/markdown/line-ends.ts';

export interface Facts {
  /** undefined where it does not say. */
  language?: 'en' | 'zh';
  title?: string;
  authors: string[];
  date?: string;
  abstract?: string;
  keywords: string[];
  /** How citations and the list of references are to be written, as it is said; absent: as the style has it. */
  citations?: string;
  /** A contest's: control number, problem and year. */
  team?: string;
  problem?: string;
  year?: string;
}

const MOST_CHARACTERS = 20_000;

/** What a paper's first lines say. */
export function factsOf(source: string): Facts {
  const lines = linesOf(source);
  const shift = frontMatterLines(source, lines);
  return readFacts(source.slice(lines[1]?.start ?? 0, Math.max(0, lines[shift - 1]?.start ?? 0)));
}

/** @param yaml what stands between the fences; nothing in it makes the paper unreadable */
export function readFacts(yaml: string): Facts {
  const fields = fieldsOf(yaml);
  const one = (...names: string[]): string | undefined =>
    names.flatMap((name) => textsOf(fields[name])).find((text) => text !== '');
  const language = one('lang', 'language', 'locale');
  const split = (texts: string[], by: RegExp) =>
    texts.flatMap((text) => text.split(by)).map((text) => text.trim());
  return {
    ...defined({
      title: one('title'),
      date: one('date'),
      abstract: one('abstract', 'summary'),
      citations: one('citations', 'citation-style')?.toLowerCase(),
      team: one('team', 'control-number', 'control_number'),
      problem: one('problem'),
      year: one('year'),
      language: language === undefined ? undefined : /^(?:zh|chinese|中文)/i.test(language) ? 'zh' : 'en',
    }),
    authors: textsOf(fields.author ?? fields.authors).filter((text) => text !== ''),
    keywords: split(textsOf(fields.keywords), /[;；,，]/).filter((text) => text !== ''),
  };
}

function fieldsOf(yaml: string): Record<string, unknown> {
  if (yaml.length > MOST_CHARACTERS) return {};
  // What is no YAML says nothing; it is not the paper's text either.
  return yamlFields(yaml) ?? {};
}

/** A value's texts: itself, a list's, or the `name` of each. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value.trim()];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (typeof value === 'object' && value !== null && 'name' in value) return textsOf(value.name);
  return [];
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function defined<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}
