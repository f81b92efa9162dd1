/** Templates: those that ship have a slug and no owner; the others are somebody's (F11). */
import { sql } from 'kysely';
import type { Database } from './database.ts';
import { storableText } from './storable.ts';

export interface TemplateView {
  id: string;
  name: string;
  description: string;
  language: string;
  public: boolean;
  /** True where the one who asks may change it. */
  own: boolean;
  /** True where it came with PaperAgent. */
  shipped: boolean;
  /** The sha256 of its content, in hexadecimal. */
  version: string;
  createdAt: string;
  updatedAt: string;
}

const COLUMNS = [
  'id',
  'name',
  'description',
  'language',
  'public',
  'version',
  sql<boolean>`owner_id is null`.as('shipped'),
  sql<string>`iso_time(created_at)`.as('createdAt'),
  sql<string>`iso_time(updated_at)`.as('updatedAt'),
] as const;

/** More public ones than this are a job for a search, which there is none of yet. */
const MOST_LISTED = 500;

/** What a person may start a Work from: what ships, their own, and the newest that others published. */
export async function listTemplates(db: Database, userId: string): Promise<TemplateView[]> {
  const rows = await visible(db, userId)
    .select([...COLUMNS, 'owner_id'])
    .orderBy(sql`case when owner_id is null then 0 when owner_id = ${userId}::uuid then 1 else 2 end`)
    .orderBy(sql`case when owner_id is null then language || slug end`)
    .orderBy('updated_at', 'desc')
    .orderBy('id')
    .limit(MOST_LISTED)
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
): Promise<{ id: string; content: string; version: string } | undefined> {
  return await db
    .selectFrom('templates')
    .select(['id', 'content', 'version'])
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
        .where((where) =>
          where.or([
            where('templates.content', '<>', template.content),
            where('templates.name', '<>', template.name),
            where('templates.description', '<>', template.description),
            where('templates.language', '<>', template.language),
          ]),
        ),
    )
    .execute();
}

/** What a person writes of a template. */
export interface TemplateText {
  name: string;
  description: string;
  language: string;
  content: string;
  public: boolean;
}

/** Makes a template unless the owner has `most` already; undefined then, or where the owner is no more. */
export async function createTemplate(
  db: Database,
  ownerId: string,
  text: TemplateText,
  most: number,
): Promise<(TemplateView & { content: string }) | undefined> {
  const { rows } = await sql<{ id: string }>`
    insert into templates (owner_id, name, description, language, content, public)
    select u.id, ${storableText(text.name)}::text, ${storableText(text.description)}::text, ${text.language}::text,
           ${storableText(text.content)}::text, ${text.public}::boolean
    from users u where u.id = ${ownerId}::uuid and u.deleted_at is null
      and (select count(*) from templates t where t.owner_id = u.id) < ${most}
    returning id`.execute(db);
  return rows[0] && (await findTemplate(db, { id: rows[0].id, userId: ownerId }));
}

/** Changes what is given; undefined where the owner has no such template. */
export async function changeTemplate(
  db: Database,
  { id, ownerId }: { id: string; ownerId: string },
  change: { [K in keyof TemplateText]?: TemplateText[K] | undefined },
): Promise<(TemplateView & { content: string }) | undefined> {
  const { name, description, language, content } = change;
  const { numUpdatedRows } = await db
    .updateTable('templates')
    .set({
      updated_at: sql`clock_timestamp()`,
      ...(name === undefined ? {} : { name: storableText(name) }),
      ...(description === undefined ? {} : { description: storableText(description) }),
      ...(language === undefined ? {} : { language }),
      ...(content === undefined ? {} : { content: storableText(content) }),
      ...(change.public === undefined ? {} : { public: change.public }),
    })
    .where('id', '=', id)
    .where('owner_id', '=', ownerId)
    .executeTakeFirst();
  return numUpdatedRows === 0n ? undefined : await findTemplate(db, { id, userId: ownerId });
}

/** False where the owner has no such template. Works that began with it have their own copy. */
export async function deleteTemplate(
  db: Database,
  { id, ownerId }: { id: string; ownerId: string },
): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('templates')
    .where('id', '=', id)
    .where('owner_id', '=', ownerId)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

/** A template as its file under PA_DATA has it. */
export interface TemplateFile extends Omit<TemplateText, 'public'> {
  id: string;
  /** Of one that ships. */
  slug: string | null;
}

/** Every template's id and slug. */
export async function templateNames(db: Database): Promise<Pick<TemplateFile, 'id' | 'slug'>[]> {
  return await db.selectFrom('templates').select(['id', 'slug']).execute();
}

export async function readTemplateFile(
  db: Database,
  id: string,
): Promise<(TemplateFile & { version: string }) | undefined> {
  return await db
    .selectFrom('templates')
    .select(['id', 'slug', 'name', 'description', 'language', 'content', 'version'])
    .where('id', '=', id)
    .executeTakeFirst();
}

function visible(db: Database, userId: string) {
  return db
    .selectFrom('templates')
    .where((where) => where.or([where('owner_id', '=', userId), where('public', '=', true)]));
}
