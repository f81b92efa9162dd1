/** Every connection to Postgres has a listener for its errors: one that nobody hears ends the process (weather.md). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createClient } from '../../../src/db/database.ts';
import { CHECKOUT } from '../../../src/setup/checkout.ts';

/** Where a client or a pool is made; the peer of the benchmark is a program of its own, which imports nothing of ours. */
const MADE = ['bench/peers/dbos/server.ts: Pool', 'src/db/database.ts: Client', 'src/db/database.ts: Pool'];

test('a connection that breaks while nobody asks anything of it ends nothing', () => {
  const client = createClient({ connectionString: 'postgres://nobody@127.0.0.1:1/nothing' });
  expect(() => client.emit('error', new Error('Connection terminated unexpectedly'))).not.toThrow();
});

test('clients and pools are made in one place, which hears their errors', () => {
  const files = ['src', 'scripts', 'bench', 'test'].flatMap((folder) =>
    readdirSync(join(CHECKOUT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(ts|mjs)$/.test(file) && !file.includes('node_modules'))
      .map((file) => join(folder, file)),
  );
  expect(files.length).toBeGreaterThan(500);
  const made = files.flatMap((file) => {
    const text = readFileSync(join(CHECKOUT, file), 'utf8');
    if (!/from 'pg'/.test(text)) return [];
    return [...text.matchAll(/new (?:pg\.)?(Client|Pool)\(/g)].map(([, what]) => `${file}: ${what}`);
  });
  expect(made.sort()).toEqual(MADE);
});
