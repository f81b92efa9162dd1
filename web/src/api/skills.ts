/** The REST calls about the skills that a person keeps (docs/skills.md). */
import type { z } from 'zod';
import type { keptSkills, skill } from '../../../src/protocol/skills.ts';
import type { Http } from './http.ts';

export type Skill = z.infer<typeof skill>;
export type KeptSkills = z.infer<typeof keptSkills>;

export async function listSkills(http: Http): Promise<Skill[]> {
  return (await http.json<{ items: Skill[] }>('GET', '/api/skills')).items;
}

/** A zip, or a SKILL.md. */
export function keepSkills(http: Http, file: File): Promise<KeptSkills> {
  return http.send('/api/skills', file, /\.md$/i.test(file.name) ? 'text/markdown' : 'application/zip');
}

export function removeSkill(http: Http, id: string): Promise<void> {
  return http.json('DELETE', `/api/skills/${id}`);
}
