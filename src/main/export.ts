/**
 * `npm run export -- <work id> [--format ipynb] [--out file]`: has the running system make a file of any Work of this
 * server, and puts it where it was asked for.
 */
import { randomUUID } from 'node:crypto';
import { constants, copyFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readCommandLine } from '../cli/command-line.ts';
import { readConfig } from '../config/config.ts';
import { ConfigError, withEnvFile } from '../config/environment.ts';
import type { Database } from '../db/database.ts';
import { type ExportRow, findExport, orderExport } from '../db/exports.ts';
import { EXPORT_FORMATS } from '../protocol/exports.ts';
import { CHECKOUT } from '../setup/checkout.ts';
import { dataFolder } from '../setup/data-folder.ts';
import { openOwnDatabase } from '../supervisor/own-database.ts';
import { codeOf } from '../system-error.ts';
import { exportFile } from '../workspace/export-files.ts';

const USAGE = 'usage: npm run export -- <work id> [--format ipynb] [--out file]';
const LOOK_EVERY_MS = 200;
const TIMEOUT_MS = 10 * 60_000;

try {
  const { workId, format, out } = readArguments();
  const config = readConfig(withEnvFile(process.env, join(CHECKOUT, '.env')));
  const db = openOwnDatabase(config, 'paperagent-export');
  try {
    const row = await made(db, workId, format);
    for (const { message } of row.problems) console.error(message);
    const to = resolve(out ?? `${row.title.replace(/[\\/:*?"<>|\s]+/g, ' ').trim() || 'work'}.${format}`);
    await copyFile(exportFile(dataFolder(config.dataDir).root, row), to, constants.COPYFILE_EXCL).catch(
      (error) => {
        if (codeOf(error) === 'EEXIST')
          throw new ConfigError(`${to} is there already: name another by --out`);
        throw error;
      },
    );
    console.log(to);
  } finally {
    await db.destroy();
  }
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(`paperagent: ${error.message}`);
  process.exitCode = 1;
}

function readArguments(): { workId: string; format: string; out: string | undefined } {
  const { values, words } = readCommandLine({
    options: { format: { value: EXPORT_FORMATS.join('|'), default: 'ipynb' }, out: { value: 'FILE' } },
    words: 'the id of a Work',
    mostWords: 1,
  });
  const [workId] = words;
  if (workId === undefined) throw new ConfigError(`one Work is to be named; ${USAGE}`);
  if (!/^[0-9a-f-]{36}$/i.test(workId))
    throw new ConfigError(`${workId} is no id of a Work: it stands in the page's address; ${USAGE}`);
  if (!EXPORT_FORMATS.some((known) => known === values.format))
    throw new ConfigError(`--format is one of: ${EXPORT_FORMATS.join(', ')}`);
  return { workId, format: values.format, out: values.out };
}

/** Orders it in the name of the Work's owner and waits; a job of the system starts what nobody has started. */
async function made(db: Database, workId: string, format: string): Promise<ExportRow> {
  const work = await db
    .selectFrom('works')
    .select('owner_id as ownerId')
    .where('id', '=', workId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  if (work === undefined) throw new ConfigError('this server has no such Work');
  const order = { id: randomUUID(), workId, ownerId: work.ownerId };
  const taken = await orderExport(db, { ...order, format, style: null, file: null, isStarted: false });
  if (taken !== 'ordered') throw new ConfigError('too many exports are being made: try again in a moment');
  for (const until = Date.now() + TIMEOUT_MS; Date.now() < until; await delay(LOOK_EVERY_MS)) {
    const row = await findExport(db, order);
    if (row === undefined) throw new ConfigError('the Work was deleted meanwhile');
    if (row.state === 'failed') throw new ConfigError(row.error ?? 'it could not be made');
    if (row.state === 'done') return row;
  }
  throw new ConfigError('no worker has made it within ten minutes: does one run?');
}
