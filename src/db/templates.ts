/** Templates: those that ship have a slug and no owner; the others are somebody's (F11). */
import { sql } from 'kysely';
import type { Database } from './database.ts';

export interface TemplateView {
  id: string;
  name: string;
  description: string;
  language: string;
  public: boolean;
  /** True where the one who asks may change it. */
  own: boolean;
  createdAt: string;
  updatedAt: string;
}

const COLUMNS = [
  'id',
  'name',
  'description',
  'language',
  'public',
  sql<string>`iso_time(created_at)`.as('createdAt'),
  sql<string>`iso_time(updated_at)`.as('updatedAt'),
] as const;

/** What a person may start a Work from: what ships, what others published, their own. */
export async function listTemplates(db: Database, userId: string): Promise<TemplateView[]> {
  const rows = await visible(db, userId)
    .select([...COLUMNS, 'owner_id'])
    .orderBy(sql`owner_id is not null`)
    .orderBy('language')
    .orderBy('name')
    .orderBy('id')
    .execute();
  return rows.map(({ owner_id, ...row }) => ({ ...row, own: owner_id === userId }));
}

export async function findTemplate(
  db: Database,
  { id, userId }: { id: string; userId: string },
): Promise<(TemplateView & { content: string }) | undefined> {
  const row = await visible(db, userId)
    .select([...COLUMNS, 'owner_id', 'content'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { owner_id, ...rest } = row;
  return { ...rest, own: owner_id === userId };
}

/** A template that ships, by its slug. */
export async function findShippedTemplate(
  db: Database,
  slug: string,
): Promise<{ id: string; content: string } | undefined> {
  return await db
    .selectFrom('templates')
    .select(['id', 'content'])
    .where('slug', '=', slug)
    .executeTakeFirst();
}

/** Stores a template that ships, over an older version of itself. */
export async function putShippedTemplate(
  db: Database,
  template: { slug: string; name: string; description: string; language: string; content: string },
): Promise<void> {
  await db
    .insertInto('templates')
    .values({ ...template, public: true })
    .onConflict((conflict) =>
      conflict
        .column('slug')
        .doUpdateSet({
          name: template.name,
          description: template.description,
          language: template.language,
          content: template.content,
          updated_at: sql`clock_timestamp()`,
        })
        .where('templates.content', 'is distinct from', template.content),
    )
    .execute();
}

function visible(db: Database, userId: string) {
  return db
    .selectFrom('templates')
    .where((where) => where.or([where('owner_id', '=', userId), where('public', '=', true)]));
}
