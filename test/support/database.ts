/** A database of one's own for each suite: a copy of the migrated template, made in well under a second. */
import { randomBytes } from 'node:crypto';
import { createClient } from '../../src/db/database.ts';
import { TEMPLATE_DATABASE, type TestServers, testServers } from './servers.ts';

export interface TestDatabase {
  /** Its address, for the app's role. */
  url: string;
  /** Ends its connections and removes it. */
  drop(): Promise<void>;
}

/** Makes a database with all migrations and no rows. Call `drop` in `afterAll`, or use `withTestDatabase`. */
export function createTestDatabase(servers: TestServers = testServers()): Promise<TestDatabase> {
  return createFrom(servers, TEMPLATE_DATABASE);
}

/** Makes a database with nothing in it. */
export function createEmptyDatabase(servers: TestServers = testServers()): Promise<TestDatabase> {
  return createFrom(servers, 'template0');
}

async function createFrom(servers: TestServers, template: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asAdmin(servers, `create database ${name} template ${template} owner paperagent`);
  const url = new URL(servers.postgresUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => asAdmin(servers, `drop database if exists ${name} with (force)`) };
}

/** Runs `use` with a database of its own, which is removed afterwards. */
export async function withTestDatabase<T>(use: (url: string) => Promise<T>): Promise<T> {
  const database = await createTestDatabase();
  try {
    return await use(database.url);
  } finally {
    await database.drop();
  }
}

async function asAdmin(servers: TestServers, statement: string): Promise<void> {
  const admin = createClient({ connectionString: servers.postgresAdminUrl });
  await admin.connect();
  try {
    await admin.query(statement);
  } finally {
    await admin.end();
  }
}
