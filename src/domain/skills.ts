/** Agent Skills (I7): folders whose SKILL.md says what they are good for and how it is done (docs/skills.md). */

/** In a workspace each skill is a folder here, under its name. */
export const SKILLS_FOLDER = 'skills';
export const SKILL_FILE = 'SKILL.md';

/** As the format has it. */
export const MOST_SKILL_NAME_CHARACTERS = 64;
export const MOST_SKILL_DESCRIPTION_CHARACTERS = 1_024;

/** Small letters, digits, and single hyphens between them. */
export const SKILL_NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** What a model is told of a skill before it reads it. */
export interface SkillTitle {
  name: string;
  description: string;
}

/** Of one person, and of what a model is told together. */
export const MOST_SKILLS = 60;

/** Bytes of a skill's files together. */
export function bytesOfSkill(files: ReadonlyMap<string, Uint8Array>): number {
  return [...files.values()].reduce((sum, { length }) => sum + length, 0);
}

/** The path that a skill has in a workspace. */
export function skillFolder(name: string): string {
  return `${SKILLS_FOLDER}/${name}`;
}
