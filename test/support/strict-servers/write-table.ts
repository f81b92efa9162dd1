/** Writes the table of strict servers into docs/models.md: `node test/support/strict-servers/write-table.ts`. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { matrix, tableOf, withTable } from './matrix.ts';

const PAGE = path.resolve(import.meta.dirname, '../../../docs/models.md');
const table = tableOf(await matrix('known'), await matrix('unknown'));
await writeFile(PAGE, withTable(await readFile(PAGE, 'utf8'), table));
