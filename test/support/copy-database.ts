/** What a dump of the database carries over: every row of every table, and where the sequences stand. */
import type pg from 'pg';
import { createClient } from '../../src/db/database.ts';

/** A database's rows by table, as of one instant. */
export type Dump = { table: string; rows: unknown[] }[];

const TABLES = `select c.relname as name from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relpersistence = 'p' order by 1`;

/** Those that are not reckoned from others. */
const STORED_COLUMNS = `select string_agg(quote_ident(column_name), ', ') as columns
  from information_schema.columns where table_schema = 'public' and table_name = $1 and is_generated = 'NEVER'`;

export async function dumpRows(url: string): Promise<Dump> {
  return await withClient(url, async (client) => {
    await client.query('begin isolation level repeatable read read only');
    const { rows: tables } = await client.query<{ name: string }>(TABLES);
    const dump: Dump = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: unknown }>(`select to_jsonb(t) as row from ${name} t`);
      dump.push({ table: name, rows: rows.map(({ row }) => row) });
    }
    return dump;
  });
}

/** Puts a dump in place of what is there. @param url an administrator's: no trigger acts, as with pg_restore */
export async function restoreRows(url: string, dump: Dump): Promise<void> {
  await withClient(url, async (client) => {
    await client.query("begin; set local session_replication_role = 'replica'");
    await client.query(`truncate ${dump.map(({ table }) => table).join(', ')}`);
    for (const { table, rows } of dump) {
      const { rows: found } = await client.query<{ columns: string }>(STORED_COLUMNS, [table]);
      const columns = found[0]?.columns;
      await client.query(
        `insert into ${table} (${columns}) overriding system value
         select ${columns} from jsonb_populate_recordset(null::${table}, $1)`,
        [JSON.stringify(rows)],
      );
    }
    await client.query(`select setval(pg_get_serial_sequence(table_name, column_name), 1000000)
      from information_schema.columns where table_schema = 'public' and is_identity = 'YES'`);
    await client.query('commit');
  });
}

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = createClient({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
