/** What a MainAgent is told of skills (I7), with the turn's tools: those in its Work's workspace, and its person's. */
import { setImmediate } from 'node:timers/promises';
import { skillTool } from '../../agents/tool-definitions.ts';
import type { TurnTool } from '../../db/tool-servers.ts';
import { MOST_SKILLS, SKILL_FILE, SKILL_NAME, SKILLS_FOLDER, type SkillTitle } from '../../domain/skills.ts';
import { MOST_SKILL_FILE_BYTES, readSkillFile } from '../../skills/skill-file.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import { WorkspaceError } from '../../workspace/workspace-error.ts';
import type { SeenFiles } from './seen-files.ts';

/** The tool that reads them, as this turn has it; none where there are no skills. */
export async function skillsForTurn(files: SeenFiles, persons: readonly SkillTitle[]): Promise<TurnTool[]> {
  const own = await skillsIn(files);
  const names = new Set(own.map(({ name }) => name));
  const all = [...own, ...persons.filter(({ name }) => !names.has(name))].slice(0, MOST_SKILLS);
  if (all.length === 0) return [];
  const { name, description, parameters } = skillTool(all);
  return [{ tool: name, name, description, parameters, repeatable: true, own: true }];
}

/** Those of a workspace: a folder that has no readable SKILL.md is none. */
async function skillsIn(files: SeenFiles): Promise<SkillTitle[]> {
  const folders = await foldersIn(files);
  const titles: SkillTitle[] = [];
  for (const folder of folders.slice(0, MOST_SKILLS)) {
    const title = await titleIn(files.workspace, folder);
    if (title !== undefined) titles.push(title);
    // Others have a turn between two that are read.
    await setImmediate();
  }
  return titles;
}

async function foldersIn(files: SeenFiles): Promise<string[]> {
  const path = new RegExp(`^${SKILLS_FOLDER}/([^/]+)/${SKILL_FILE.replace('.', '\\.')}$`);
  const entries = await files.under(SKILLS_FOLDER);
  return entries.flatMap((entry) => path.exec(entry.path)?.[1] ?? []).filter((name) => SKILL_NAME.test(name));
}

async function titleIn(workspace: Workspace, name: string): Promise<SkillTitle | undefined> {
  try {
    const path = `${SKILLS_FOLDER}/${name}/${SKILL_FILE}`;
    const bytes = await workspace.read(path, { maxBytes: MOST_SKILL_FILE_BYTES });
    const read = readSkillFile(bytes.toString('utf8'));
    // By its folder, by which it is found.
    return read.ok ? { name, description: read.title.description } : undefined;
  } catch (error) {
    if (error instanceof WorkspaceError) return undefined;
    throw error;
  }
}
