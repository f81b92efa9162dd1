/** The functions that the migrations make, as they are after all of them: some were changed more than once. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { sql } from 'kysely';
import type { Database } from '../../src/db/database.ts';
import { CHECKOUT } from '../../src/setup/checkout.ts';

const HEAD = `-- How the functions of migrations/ read now. Written by \`npm run db:types\`, for people: nothing runs it. What each
-- gives is said above it in the migrations that are named.
`;

/** All of them as one text, by their names. */
export async function databaseFunctions(db: Database): Promise<string> {
  const { rows } = await sql<{ name: string; definition: string }>`
    select proname as name, pg_get_functiondef(p.oid) as definition
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = 'public' order by proname, definition`.execute(db);
  const folder = path.join(CHECKOUT, 'migrations');
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
  const texts = await Promise.all(files.map((file) => readFile(path.join(folder, file), 'utf8')));
  const madeIn = (name: string) =>
    files.filter((_, index) =>
      new RegExp(`function ${name}\\(|change_in\\('${name}'|pg_get_functiondef\\('${name}`).test(
        texts[index] ?? '',
      ),
    );
  const parts = rows.map(({ name, definition }) => `-- ${madeIn(name).join(', ')}\n${definition.trim()};\n`);
  return [HEAD, ...parts].join('\n');
}
