/** Template files: Markdown with front matter that says what the template is. */
import { frontMatterEnd } from './document.ts';
import { trimBlankLines } from './line-ends.ts';
import { readBlocks } from './outline.ts';

export interface Template {
  name: string;
  description: string;
  /** A language tag such as `en` or `zh`. */
  language: string;
  /** The Markdown a Work starts from, without the front matter. */
  content: string;
}

/**
 * Reads a template file. Its front matter holds `name`, `description` and `language`, one a line, as plain or
 * quoted YAML strings.
 * @throws Error that names the field which is missing: these files ship with the program.
 */
export function parseTemplate(source: string): Template {
  const [first] = readBlocks(source).blocks;
  const end = frontMatterEnd(source);
  const fields = new Map<string, string>();
  if (first?.type === 'yaml') {
    for (const line of source.slice(first.start, end).split(/\r\n|\n|\r/)) {
      const parts = /^(\w+):\s*(.*?)\s*$/.exec(line);
      if (parts?.[1] !== undefined) fields.set(parts[1], unquote(parts[2] ?? ''));
    }
  }
  const { text, tail } = trimBlankLines(source.slice(end));
  return {
    name: required(fields, 'name'),
    description: required(fields, 'description'),
    language: required(fields, 'language'),
    content: text + tail,
  };
}

function required(fields: Map<string, string>, name: string): string {
  const value = fields.get(name);
  if (value === undefined || value === '') throw new Error(`the template's front matter has no "${name}"`);
  return value;
}

function unquote(value: string): string {
  const double = /^"(.*)"$/.exec(value)?.[1];
  if (double !== undefined) return double.replace(/\\(["\\])/g, '$1');
  return /^'(.*)'$/.exec(value)?.[1]?.replaceAll("''", "'") ?? value;
}
