/**
 * `npm run export -- <work id> [--format pdf] [--style article] [--sources] [--out file]`: has the running system make a file of any
 * Work of this server, and puts it where it was asked for. `npm run export -- doctor` says what can be made here.
 */
import { randomUUID } from 'node:crypto';
import { constants, copyFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readCommandLine } from '../cli/command-line.ts';
import { examineExports } from '../cli/export-doctor.ts';
import { namedWorkId, ownerOf } from '../cli/named-work.ts';
import { readConfig } from '../config/config.ts';
import { ConfigError, withEnvFile } from '../config/environment.ts';
import type { Database } from '../db/database.ts';
import { type ExportRow, findExport, orderExport } from '../db/exports.ts';
import { findPaperTools } from '../exports/make-paper.ts';
import { endingOf, isMadeOfPaper, isPaperFormat } from '../exports/paper/format.ts';
import { EXPORT_FORMATS } from '../protocol/exports.ts';
import { CHECKOUT } from '../setup/checkout.ts';
import { dataFolder } from '../setup/data-folder.ts';
import { paperToolsOptions } from '../setup/paper-tools.ts';
import { openOwnDatabase } from '../supervisor/own-database.ts';
import { codeOf } from '../system-error.ts';
import { exportFile } from '../workspace/export-files.ts';

const USAGE =
  'usage: npm run export -- <work id> [--format pdf] [--style article] [--sources] [--out file], or: npm run export -- doctor';
const LOOK_EVERY_MS = 200;
const TIMEOUT_MS = 10 * 60_000;

try {
  const asked = readArguments();
  const config = readConfig(withEnvFile(process.env, join(CHECKOUT, '.env')));
  if (asked === 'doctor') {
    const isWhole = await examineExports(
      config.dataDir,
      await findPaperTools(await paperToolsOptions(config.dataDir, process.env)),
      console.log,
    );
    process.exit(isWhole ? 0 : 1);
  }
  const { workId, out, ...what } = asked;
  const db = openOwnDatabase(config, 'paperagent-export');
  try {
    const row = await made(db, workId, what);
    for (const { message, line } of row.problems)
      console.error(line === undefined ? message : `line ${line}: ${message}`);
    const to = resolve(
      out ?? `${row.title.replace(/[\\/:*?"<>|\s]+/g, ' ').trim() || 'work'}.${endingOf(what.format)}`,
    );
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

interface Asked {
  workId: string;
  format: string;
  style: string | null;
  sources: boolean;
  out: string | undefined;
}

function readArguments(): Asked | 'doctor' {
  const { values, words } = readCommandLine({
    options: {
      format: { value: EXPORT_FORMATS.join('|'), default: 'ipynb' },
      style: { value: 'STYLE' },
      sources: {},
      out: { value: 'FILE' },
    },
    words: 'the id of a Work, or doctor',
    mostWords: 1,
  });
  if (words[0] === 'doctor') return 'doctor';
  const workId = namedWorkId(words[0], USAGE);
  if (!EXPORT_FORMATS.some((known) => known === values.format))
    throw new ConfigError(`--format is one of: ${EXPORT_FORMATS.join(', ')}`);
  if (values.style !== undefined && !isMadeOfPaper(values.format))
    throw new ConfigError(
      'only what is made of the paper has a style: leave --style out, or name another --format',
    );
  if (values.sources && !isPaperFormat(values.format))
    throw new ConfigError(
      'only a document of the paper carries the sources of its numbers: leave --sources out, or name another --format',
    );
  const { format, style = null, sources, out } = values;
  return { workId, format, style, sources, out };
}

/** Orders it in the name of the Work's owner and waits; a job of the system starts what nobody has started. */
async function made(
  db: Database,
  workId: string,
  what: Pick<Asked, 'format' | 'style' | 'sources'>,
): Promise<ExportRow> {
  const order = { id: randomUUID(), workId, ownerId: await ownerOf(db, workId) };
  const taken = await orderExport(db, { ...order, ...what, file: null, isStarted: false });
  if (taken !== 'ordered') throw new ConfigError('too many exports are being made: try again in a moment');
  for (const until = Date.now() + TIMEOUT_MS; Date.now() < until; await delay(LOOK_EVERY_MS)) {
    const row = await findExport(db, order);
    if (row === undefined) throw new ConfigError('the Work was deleted meanwhile');
    if (row.state === 'failed') throw new ConfigError(row.error ?? 'it could not be made');
    if (row.state === 'done') return row;
  }
  throw new ConfigError('no worker has made it within ten minutes: does one run?');
}
