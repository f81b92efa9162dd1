/** Models that people set up for themselves (F13). Each query names the owner: a foreign id finds nothing (A2). */
import { type Selectable, sql } from 'kysely';
import type { OwnProfile } from '../domain/model-profile.ts';
import type { ModelRole } from '../domain/model-roles.ts';
import type { OwnModel, OwnModelSettings } from '../domain/own-model.ts';
import { databaseNow } from './clock.ts';
import type { Database } from './database.ts';
import { holdPerson } from './quotas.ts';
import type { Models } from './schema.ts';
import { storableJson, storableText } from './storable.ts';

export interface StoredModel extends OwnModelSettings, Pick<OwnModel, 'id' | 'sealedKey'> {
  createdAt: string;
  updatedAt: string;
}

const isoTime = (column: 'models.created_at' | 'models.updated_at') =>
  sql<string>`iso_time(${sql.ref(column)})`;

/** The owner's models, in the order in which they were made. */
export async function listModels(db: Database, ownerId: string): Promise<StoredModel[]> {
  const rows = await selectModels(db)
    .where('owner_id', '=', ownerId)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map(toModel);
}

export async function findModel(
  db: Database,
  { id, ownerId }: { id: string; ownerId: string },
): Promise<StoredModel | undefined> {
  const row = await selectModels(db).where('id', '=', id).where('owner_id', '=', ownerId).executeTakeFirst();
  return row && toModel(row);
}

/** Why a model is not made: the owner has as many as they may, is a guest who may have none, or is no more. */
export type ModelRefusal = 'full' | 'guest' | 'gone';

/** What somebody may have of models of their own. */
export interface ModelShare {
  most: number;
  /** Whether guests may name model servers. */
  guests: boolean;
}

/** Makes a model within the owner's share, which is counted under the owner's row. */
export async function createModel(
  db: Database,
  model: OwnModelSettings & { id: string; ownerId: string; sealedKey: Buffer | null },
  share: ModelShare,
): Promise<StoredModel | ModelRefusal> {
  const { id, ownerId, sealedKey } = model;
  return await db.transaction().execute(async (held) => {
    const person = await holdPerson(held, ownerId);
    if (person === undefined) return 'gone';
    if (person.guest && !share.guests) return 'guest';
    const { rows } = await sql<{ id: string }>`
    insert into models (id, owner_id, sealed_key, role, is_default, base_url, model, context_window, max_output,
                        input_price, cached_price, written_price, output_price, temperature, params, profile,
                        headers)
    select ${id}::uuid, u.id, ${sealedKey}::bytea, ${model.role}::text, ${model.isDefault}::boolean,
           ${storableText(model.baseUrl)}::text, ${storableText(model.model)}::text,
           ${model.contextWindow}::integer, ${model.maxOutput}::integer, ${model.inputPrice}::double precision,
           ${model.cachedPrice}::double precision, ${model.writtenPrice}::double precision,
           ${model.outputPrice}::double precision, ${model.temperature}::double precision,
           ${storableJson(model.params)}::jsonb, ${storableJson(model.profile)}::jsonb,
           ${storableJson(model.headers)}::jsonb
    from users u where u.id = ${ownerId}::uuid and u.deleted_at is null
      and (select count(*) from models m where m.owner_id = u.id) < ${share.most}
    returning id`.execute(held);
    return (rows[0] && (await findModel(held, { id, ownerId }))) ?? 'full';
  });
}

/** Changes what is given; `sealedKey` null takes the key away. Undefined where there is no such model. */
export async function changeModel(
  db: Database,
  { id, ownerId }: { id: string; ownerId: string },
  change: Partial<OwnModelSettings> & { sealedKey?: Buffer | null },
): Promise<StoredModel | undefined> {
  const { role, isDefault, baseUrl, model, contextWindow, temperature, params, profile, headers, sealedKey } =
    change;
  const { maxOutput, inputPrice, cachedPrice, writtenPrice, outputPrice } = change;
  const { numUpdatedRows } = await db
    .updateTable('models')
    .set({
      updated_at: databaseNow,
      ...(role === undefined ? {} : { role }),
      ...(isDefault === undefined ? {} : { is_default: isDefault }),
      ...(baseUrl === undefined ? {} : { base_url: storableText(baseUrl) }),
      ...(model === undefined ? {} : { model: storableText(model) }),
      ...(contextWindow === undefined ? {} : { context_window: contextWindow }),
      ...(maxOutput === undefined ? {} : { max_output: maxOutput }),
      ...(inputPrice === undefined ? {} : { input_price: inputPrice }),
      ...(cachedPrice === undefined ? {} : { cached_price: cachedPrice }),
      ...(writtenPrice === undefined ? {} : { written_price: writtenPrice }),
      ...(outputPrice === undefined ? {} : { output_price: outputPrice }),
      ...(temperature === undefined ? {} : { temperature }),
      ...(params === undefined ? {} : { params: storableJson(params) }),
      ...(profile === undefined ? {} : { profile: storableJson(profile) }),
      ...(headers === undefined ? {} : { headers: storableJson(headers) }),
      ...(sealedKey === undefined ? {} : { sealed_key: sealedKey }),
    })
    .where('id', '=', id)
    .where('owner_id', '=', ownerId)
    .executeTakeFirst();
  return numUpdatedRows === 0n ? undefined : await findModel(db, { id, ownerId });
}

/** False where the owner has no such model. Works that chose it have the default again; they are locked by id (R5). */
export async function deleteModel(
  db: Database,
  { id, ownerId }: { id: string; ownerId: string },
): Promise<boolean> {
  const { rows } = await sql`
    with gone as (
      delete from models where id = ${id}::uuid and owner_id = ${ownerId}::uuid returning id::text, owner_id
    ), chosen as (
      select w.id from gone join works w using (owner_id)
      where exists (select from jsonb_each_text(w.models) where value = gone.id)
      order by w.id for update of w
    ), as_default as (
      update works set models = (
        select coalesce(jsonb_object_agg(key, value), '{}')
        from jsonb_each_text(models) where value <> ${id}::text)
      where id in (select id from chosen)
    )
    select from gone`.execute(db);
  return rows.length > 0;
}

/** Those of `ids` that are models of the owner. */
export async function ownModels(db: Database, ownerId: string, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await db
    .selectFrom('models')
    .select('id')
    .where('owner_id', '=', ownerId)
    .where('id', 'in', ids)
    .execute();
  return new Set(rows.map((row) => row.id));
}

/** Whether the person has a model of their own for the main role: then the server's serves none of their roles. */
export async function hasMainModel(db: Database, ownerId: string): Promise<boolean> {
  const row = await db
    .selectFrom('models')
    .select('id')
    .where('owner_id', '=', ownerId)
    .where('role', '=', 'main')
    .where('is_default', '=', true)
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Which of the owner's models serves a role of a Work: the one that the Work chose for it, the owner's default for it,
 * and where there is neither, what serves the main role. Undefined: the server's own does.
 */
export async function modelOfWork(
  db: Database,
  workId: string,
  role: ModelRole,
): Promise<StoredModel | undefined> {
  const chosenFor = (key: string) => sql<boolean>`models.id::text = works.models ->> ${key}`;
  const isDefaultFor = (key: string) => sql<boolean>`models.is_default and models.role = ${key}`;
  const row = await selectModels(db)
    .innerJoin('works', 'works.owner_id', 'models.owner_id')
    .where('works.id', '=', workId)
    .where((q) => q.or([chosenFor(role), chosenFor('main'), isDefaultFor(role), isDefaultFor('main')]))
    // Null, of a Work that chose nothing for it, is no choice.
    .orderBy(sql`coalesce(${chosenFor(role)}, false)`, 'desc')
    .orderBy(isDefaultFor(role), 'desc')
    .orderBy(sql`coalesce(${chosenFor('main')}, false)`, 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && toModel(row);
}

type ModelRow = Omit<Selectable<Models>, 'created_at' | 'updated_at' | 'owner_id'> & {
  createdAt: string;
  updatedAt: string;
};

function selectModels(db: Database) {
  return db
    .selectFrom('models')
    .select([
      ...(['models.id', 'models.role', 'models.is_default', 'models.base_url', 'models.sealed_key'] as const),
      ...(['models.model', 'models.context_window', 'models.max_output', 'models.input_price'] as const),
      ...(['models.cached_price', 'models.written_price', 'models.output_price'] as const),
      ...(['models.temperature', 'models.params', 'models.profile', 'models.headers'] as const),
      isoTime('models.created_at').as('createdAt'),
      isoTime('models.updated_at').as('updatedAt'),
    ]);
}

function toModel(row: ModelRow): StoredModel {
  return {
    id: row.id,
    role: row.role as ModelRole,
    isDefault: row.is_default,
    baseUrl: row.base_url,
    sealedKey: row.sealed_key,
    model: row.model,
    contextWindow: row.context_window,
    maxOutput: row.max_output,
    inputPrice: row.input_price,
    cachedPrice: row.cached_price,
    writtenPrice: row.written_price,
    outputPrice: row.output_price,
    temperature: row.temperature,
    params: row.params as Record<string, unknown>,
    profile: row.profile as OwnProfile,
    headers: row.headers as Record<string, string>,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}
