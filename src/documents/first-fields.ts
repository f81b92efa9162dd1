/** What a document's first lines say, field by field; what is no YAML says nothing. */
import { frontMatterLines } from '../domain/markdown/front-matter.ts';
import { linesOf } from '../domain/markdown/line-ends.ts';
import { yamlFields } from './yaml-fields.ts';

const MOST_CHARACTERS = 20_000;

export function firstFields(source: string): Record<string, unknown> {
  const lines = linesOf(source);
  const count = frontMatterLines(source, lines);
  const yaml = source.slice(lines[1]?.start ?? 0, Math.max(0, lines[count - 1]?.start ?? 0));
  return yaml.length > MOST_CHARACTERS ? {} : (yamlFields(yaml) ?? {});
}
