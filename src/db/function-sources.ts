/**
 * The functions in Postgres. Their sources are src/db/functions/*.sql, each a `create or replace function`; whoever
 * migrates a database puts them there behind the migrations, where it does not have these already.
 *
 * - `version.json` counts the changes of the sources (`npm run db:types` writes it). A program of an older version that
 *   starts leaves newer functions where they are; programs of both versions call the newer ones (D10).
 * - What `create or replace` cannot do (other arguments, another result, a function that is gone) a migration prepares
 *   by `drop function if exists name(old arguments)`. It is one transaction with the sources, so nobody sees the gap.
 * - A migration calls no function from here: in a database that goes through many versions at once they come last.
 *   A trigger on a function that is new makes it in its first form, with `create function`.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Kysely, sql, type Transaction } from 'kysely';

const FOLDER = fileURLToPath(new URL('./functions', import.meta.url));
/** What `npm run db:types` writes. */
export const VERSION_FILE = path.join(FOLDER, 'version.json');

/** A state of the sources, as version.json and the database's table `function_sources` name it. */
export interface FunctionVersion {
  version: number;
  /** sha256 of all sources, in hexadecimal. */
  hash: string;
}

/** The sources as one text, and its hash. */
export async function readFunctionSources(): Promise<{ text: string; hash: string }> {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.sql')).sort();
  const texts = await Promise.all(files.map((file) => readFile(path.join(FOLDER, file), 'utf8')));
  const text = texts.join('\n');
  return { text, hash: createHash('sha256').update(text).digest('hex') };
}

/** What version.json says: the newest version, and the sources that it had. */
export async function readFunctionVersion(): Promise<FunctionVersion> {
  return JSON.parse(await readFile(VERSION_FILE, 'utf8')) as FunctionVersion;
}

/** The text of version.json for sources with this hash: the next version, where they are others than it says. */
export function nextFunctionVersion(written: FunctionVersion, hash: string): string {
  const next = written.hash === hash ? written : { version: written.version + 1, hash };
  return `${JSON.stringify(next, null, 2)}\n`;
}

/**
 * Puts the functions into a database that has all migrations, unless it has them, or newer ones. The caller holds the
 * migrations' lock. Sources that were edited since version.json was written count as that version (development).
 * @throws the database's error where a source is wrong: nothing is changed then
 */
export async function applyFunctions(transaction: Transaction<unknown>): Promise<void> {
  const [{ text, hash }, { version }] = await Promise.all([readFunctionSources(), readFunctionVersion()]);
  const kept = await keptVersion(transaction);
  if (kept !== undefined && kept.version > version) return;
  if (kept?.version === version && kept.hash === hash) return;
  // The sources call each other, in any order: bodies are looked at once all are there.
  await sql`set local check_function_bodies = off`.execute(transaction);
  await sql.raw(text).execute(transaction);
  await sql`set local check_function_bodies = on`.execute(transaction);
  await sql`
    select case l.lanname when 'sql' then fmgr_sql_validator(p.oid) else plpgsql_validator(p.oid) end
    from pg_proc p join pg_language l on l.oid = p.prolang
    where p.pronamespace = current_schema()::regnamespace and l.lanname in ('sql', 'plpgsql')`.execute(
    transaction,
  );
  await sql`
    insert into function_sources (version, hash) values (${version}, ${hash})
    on conflict (only_row) do update set version = ${version}, hash = ${hash}, applied_at = clock_timestamp()`.execute(
    transaction,
  );
}

async function keptVersion(db: Kysely<unknown>): Promise<FunctionVersion | undefined> {
  const { rows } = await sql<FunctionVersion>`select version, hash from function_sources`.execute(db);
  return rows[0];
}
