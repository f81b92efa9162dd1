/**
 * The functions in Postgres that programs of this version and of earlier ones call, by their signatures: a line each in
 * released-functions.txt. A line goes when programs that call it are too old to run beside the newest (D10).
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import type { Database } from '../../src/db/database.ts';

const FILE = fileURLToPath(new URL('./released-functions.txt', import.meta.url));

export interface Signature {
  name: string;
  /** Types of the arguments that a caller has to give, and of those that it may give besides. */
  needed: string[];
  optional: string[];
  result: string;
}

/** Those that a database has. */
export async function signaturesOf(db: Database): Promise<Signature[]> {
  const { rows } = await sql<Signature>`
    select p.proname as name, pg_get_function_result(p.oid) as result,
      t.types[1 : p.pronargs - p.pronargdefaults] as needed,
      t.types[p.pronargs - p.pronargdefaults + 1 :] as optional
    from pg_proc p, lateral (
      select coalesce(array_agg(format_type(oid, null) order by at), '{}') as types
      from unnest(p.proargtypes) with ordinality a (oid, at)) t
    where p.pronamespace = 'public'::regnamespace`.execute(db);
  return rows;
}

/** Those that programs were released with. */
export async function releasedFunctions(): Promise<Signature[]> {
  return (await readFile(FILE, 'utf8')).trim().split('\n').map(read);
}

/** Adds those that are not there yet. */
export async function recordReleased(signatures: readonly Signature[]): Promise<void> {
  const lines = [...(await releasedFunctions()), ...signatures].map(write);
  await writeFile(FILE, `${[...new Set(lines)].sort().join('\n')}\n`);
}

/** Whether what called `old` may call `current`. */
export function serves(current: Signature, old: Signature): boolean {
  const given = [...old.needed, ...old.optional];
  return (
    current.name === old.name &&
    current.result === old.result &&
    String([...current.needed, ...current.optional].slice(0, given.length)) === String(given) &&
    current.needed.length <= old.needed.length
  );
}

/** Whether the two are one. */
export function isSame(one: Signature, other: Signature): boolean {
  return write(one) === write(other);
}

function write({ name, needed, optional, result }: Signature): string {
  return `${name}(${needed.join(', ')}${optional.length === 0 ? '' : `; ${optional.join(', ')}`}) ${result}`;
}

function read(line: string): Signature {
  const { name, given, result } = /^(?<name>\w+)\((?<given>[^)]*)\) (?<result>.*)$/.exec(line)?.groups ?? {};
  if (name === undefined || given === undefined || result === undefined)
    throw new Error(`no signature: ${line}`);
  const [needed = [], optional = []] = given.split('; ').map((types) => types.split(', ').filter(Boolean));
  return { name, needed, optional, result };
}
