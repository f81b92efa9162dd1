/** Templates: those that ship have a slug and no owner; the others are somebody's (F11). */
import { sql } from 'kysely';
import { databaseNow } from './clock.ts';
import type { Database } from './database.ts';
import { holdPerson } from './quotas.ts';
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

/**
 * What a person may start a Work from: what ships, their own, and what others published: of each publisher the newest
 * first, then of each the second, so that nobody fills the list.
 */
export async function listTemplates(db: Database, userId: string): Promise<TemplateView[]> {
  const rows = await visible(db, userId)
    .select([...COLUMNS, 'owner_id'])
    .orderBy(sql`case when owner_id is null then 0 when owner_id = ${userId}::uuid then 1 else 2 end`)
    .orderBy(sql`case when owner_id is null then language || slug end`)
    .orderBy(
      sql`case when owner_id <> ${userId}::uuid
        then row_number() over (partition by owner_id order by updated_at desc, id) end`,
    )
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

/** The text of the template that a Work began with, as it is now; null where it is gone. */
export async function templateOfWork(db: Database, workId: string): Promise<string | null> {
  const row = await db
    .selectFrom('works')
    .innerJoin('templates', 'templates.id', 'works.template_id')
    .select('content')
    .where('works.id', '=', workId)
    .executeTakeFirst();
  return row?.content ?? null;
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
          updated_at: databaseNow,
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

/** Why a template is not made or changed as wished. */
export type TemplateRefusal = 'full' | 'guest' | 'all_published' | 'not_found';

/** How many templates somebody may have. */
export interface TemplateShare {
  most: number;
  /** Of these, for everybody to see; guests none. */
  published: number;
}

/**
 * Makes a template within the owner's share, which is counted under the owner's row: it holds however many are made
 * at once. 'not_found' where the owner is no more.
 */
export async function createTemplate(
  db: Database,
  ownerId: string,
  text: TemplateText,
  share: TemplateShare,
): Promise<(TemplateView & { content: string }) | TemplateRefusal> {
  return await db.transaction().execute(async (held) => {
    const person = await holdPerson(held, ownerId);
    if (person === undefined) return 'not_found';
    if ((await countOwn(held, ownerId)).all >= share.most) return 'full';
    const refusal = text.public ? await whyNotPublish(held, ownerId, person, share) : undefined;
    if (refusal !== undefined) return refusal;
    const { id } = await held
      .insertInto('templates')
      .values({
        owner_id: ownerId,
        name: storableText(text.name),
        description: storableText(text.description),
        language: text.language,
        content: storableText(text.content),
        public: text.public,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    return (await findTemplate(held, { id, userId: ownerId })) ?? 'not_found';
  });
}

async function countOwn(db: Database, ownerId: string): Promise<{ all: number; published: number }> {
  const row = await db
    .selectFrom('templates')
    .select([
      sql<number>`count(*)::integer`.as('all'),
      sql<number>`(count(*) filter (where public))::integer`.as('published'),
    ])
    .where('owner_id', '=', ownerId)
    .executeTakeFirstOrThrow();
  return row;
}

/** Why this person, whose row is held, publishes no further template; undefined where they may. */
async function whyNotPublish(
  db: Database,
  ownerId: string,
  { guest }: { guest: boolean },
  share: TemplateShare,
): Promise<TemplateRefusal | undefined> {
  if (guest) return 'guest';
  return (await countOwn(db, ownerId)).published >= share.published ? 'all_published' : undefined;
}

/** Changes what is given, within the owner's share; 'not_found' where the owner has no such template. */
export async function changeTemplate(
  db: Database,
  own: { id: string; ownerId: string },
  change: { [K in keyof TemplateText]?: TemplateText[K] | undefined },
  share: TemplateShare,
): Promise<(TemplateView & { content: string }) | TemplateRefusal> {
  return await db.transaction().execute(async (held) => {
    const person = await holdPerson(held, own.ownerId);
    const old = person && (await findTemplate(held, { id: own.id, userId: own.ownerId }));
    if (person === undefined || old === undefined || !old.own) return 'not_found';
    const publishes = change.public === true && !old.public;
    const refusal = publishes ? await whyNotPublish(held, own.ownerId, person, share) : undefined;
    return refusal ?? (await updateTemplate(held, own, change)) ?? 'not_found';
  });
}

async function updateTemplate(
  db: Database,
  { id, ownerId }: { id: string; ownerId: string },
  change: { [K in keyof TemplateText]?: TemplateText[K] | undefined },
): Promise<(TemplateView & { content: string }) | undefined> {
  const { name, description, language, content } = change;
  const { numUpdatedRows } = await db
    .updateTable('templates')
    .set({
      updated_at: databaseNow,
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
