/** Skills that people keep for all their Works (I7). Each query names the owner (A2). */
import { randomUUID } from 'node:crypto';
import { bytesOfSkill, MOST_SKILLS, type SkillTitle } from '../domain/skills.ts';
import { databaseNow } from './clock.ts';
import type { Database } from './database.ts';
import { holdPerson } from './quotas.ts';
import { storableText } from './storable.ts';

export interface SkillRow extends SkillTitle {
  id: string;
  /** Of its files together. */
  bytes: number;
  createdAt: Date;
}

/** A skill as it comes: paths under its folder, with what they hold. */
export interface NewSkill extends SkillTitle {
  files: ReadonlyMap<string, Buffer>;
}

/** Of all of a person's skills together. */
export const MOST_SKILLS_BYTES = 16 * 1024 ** 2;

/** Why nothing was kept: the person is no more, is a guest, or would have more skills, or bytes, than there may be. */
export type SkillRefusal = 'gone' | 'guest' | 'full' | 'large';

const COLUMNS = ['id', 'name', 'description', 'bytes', 'created_at as createdAt'] as const;

/** Keeps them all or none; one takes the place of another that has its name. */
export async function keepSkills(
  db: Database,
  ownerId: string,
  skills: readonly NewSkill[],
): Promise<SkillRow[] | SkillRefusal> {
  return await db
    .transaction()
    .execute(async (held) => {
      const person = await holdPerson(held, ownerId);
      if (person === undefined) return 'gone';
      if (person.guest) return 'guest';
      const names = skills.map(({ name }) => name);
      if (names.length > 0)
        await held.deleteFrom('skills').where('owner_id', '=', ownerId).where('name', 'in', names).execute();
      const kept = await listSkills(held, ownerId);
      const sizes = skills.map(({ files }) => bytesOfSkill(files));
      const bytes = [...sizes, ...kept.map((one) => one.bytes)].reduce((sum, one) => sum + one, 0);
      const refusal = kept.length + skills.length > MOST_SKILLS ? 'full' : 'large';
      if (refusal === 'full' || bytes > MOST_SKILLS_BYTES) throw new Refused(refusal);
      const rows: SkillRow[] = [];
      for (const [index, { name, description, files }] of skills.entries()) {
        const row = await held
          .insertInto('skills')
          .values({
            ...{ id: randomUUID(), owner_id: ownerId, name, description: storableText(description) },
            ...{ bytes: sizes[index] ?? 0, created_at: databaseNow },
          })
          .returning(COLUMNS)
          .executeTakeFirstOrThrow();
        rows.push(row as unknown as SkillRow);
        for (const [path, content] of files)
          await held
            .insertInto('skill_files')
            .values({ skill_id: row.id, path: storableText(path), content })
            .execute();
      }
      return rows;
    })
    .catch((error: unknown) => {
      if (error instanceof Refused) return error.why;
      throw error;
    });
}

/** Takes back what the statement has removed already. */
class Refused extends Error {
  readonly why: SkillRefusal;

  constructor(why: SkillRefusal) {
    super(why);
    this.why = why;
  }
}

/** All of a person's, by name: there are never more than MOST_SKILLS. */
export async function listSkills(db: Database, ownerId: string): Promise<SkillRow[]> {
  return (await db
    .selectFrom('skills')
    .select(COLUMNS)
    .where('owner_id', '=', ownerId)
    .orderBy('name')
    .limit(MOST_SKILLS)
    .execute()) as unknown as SkillRow[];
}

/** The files of a skill of the Work's person; undefined where there is none of that name. */
export async function skillFilesForWork(
  db: Database,
  workId: string,
  name: string,
): Promise<Map<string, Buffer> | undefined> {
  const rows = await db
    .selectFrom('skill_files as f')
    .innerJoin('skills as s', 's.id', 'f.skill_id')
    .innerJoin('works as w', 'w.owner_id', 's.owner_id')
    .select(['f.path', 'f.content'])
    .where('w.id', '=', workId)
    .where('s.name', '=', name)
    .orderBy('f.path')
    .execute();
  return rows.length === 0 ? undefined : new Map(rows.map(({ path, content }) => [path, content]));
}

export async function removeSkill(
  db: Database,
  { id, ownerId }: { id: string; ownerId: string },
): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('skills')
    .where('id', '=', id)
    .where('owner_id', '=', ownerId)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}
