/** What a SKILL.md says of its skill (I7), read as a stranger's. */
import { yamlFields } from '../documents/yaml-fields.ts';
import { frontMatterLines } from '../domain/markdown/front-matter.ts';
import { linesOf } from '../domain/markdown/line-ends.ts';
import {
  MOST_SKILL_DESCRIPTION_CHARACTERS,
  MOST_SKILL_NAME_CHARACTERS,
  SKILL_NAME,
  type SkillTitle,
} from '../domain/skills.ts';

/** Of a SKILL.md; the format advises less than a tenth of it. */
export const MOST_SKILL_FILE_BYTES = 256 * 1024;
/** Of its front matter: what stands there besides is passed over. */
const MOST_FRONT_CHARACTERS = 20_000;

export type SkillFile = { ok: true; title: SkillTitle; body: string } | { ok: false; problem: string };

/** `problem` is a sentence for whoever has the file. */
export function readSkillFile(text: string): SkillFile {
  const source = text.replace(/^\uFEFF/, '');
  const lines = linesOf(source);
  const count = frontMatterLines(source, lines);
  if (count === 0 || !source.startsWith('---'))
    return { ok: false, problem: 'It does not begin with YAML between two lines of ---.' };
  const front = source.slice(lines[1]?.start ?? 0, lines[count - 1]?.start ?? 0);
  if (front.length > MOST_FRONT_CHARACTERS) return { ok: false, problem: 'Its first part is too long.' };
  const fields = fieldsOf(front);
  const name = textOf(fields.name);
  const description = textOf(fields.description);
  if (!SKILL_NAME.test(name) || name.length > MOST_SKILL_NAME_CHARACTERS)
    return {
      ok: false,
      problem: `Its "name" must be up to ${MOST_SKILL_NAME_CHARACTERS} small letters, digits and single hyphens.`,
    };
  if (description === '' || description.length > MOST_SKILL_DESCRIPTION_CHARACTERS)
    return {
      ok: false,
      problem: `Its "description" must have 1 to ${MOST_SKILL_DESCRIPTION_CHARACTERS} characters.`,
    };
  const body = source.slice(lines[count]?.start ?? source.length).trim();
  return { ok: true, title: { name, description }, body };
}

function fieldsOf(front: string): Record<string, unknown> {
  const fields = yamlFields(front);
  if (fields !== undefined) return fields;
  // Many are no YAML, for a colon in what they say: these two are read all the same.
  const line = (name: string) => new RegExp(`^${name}:[ \\t]*(.*)$`, 'm').exec(front)?.[1];
  return { name: line('name'), description: line('description') };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.replace(/\s+/g, ' ').trim().toWellFormed() : '';
}
