/**
 * `npm run verify -- <work id> [--mode recorded|scratch]`: has the running system make the runs of any Work of this server
 * again, and prints by run, figure and number whether they give the same. Exits with 1 where anything does not (T13).
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readCommandLine } from '../cli/command-line.ts';
import { namedWorkId, ownerOf } from '../cli/named-work.ts';
import { verificationInWords } from '../cli/verification-in-words.ts';
import { readConfig } from '../config/config.ts';
import { ConfigError, withEnvFile } from '../config/environment.ts';
import type { Database } from '../db/database.ts';
import { findVerification, orderVerification } from '../db/verifications.ts';
import {
  isReproduced,
  VERIFY_MODES,
  type VerifyMode,
  type VerifyReport,
} from '../domain/verification/types.ts';
import { CHECKOUT } from '../setup/checkout.ts';
import { openOwnDatabase } from '../supervisor/own-database.ts';

const USAGE = `usage: npm run verify -- <work id> [--mode ${VERIFY_MODES.join('|')}]`;
const LOOK_EVERY_MS = 300;
const TIMEOUT_MS = 2 * 3_600_000;
/** Until some worker has begun it. */
const START_MS = 120_000;

try {
  const asked = readArguments();
  const db = openOwnDatabase(
    readConfig(withEnvFile(process.env, join(CHECKOUT, '.env'))),
    'paperagent-verify',
  );
  try {
    const report = await made(db, asked);
    for (const line of verificationInWords(report)) console.log(line);
    process.exitCode = isReproduced(report) ? 0 : 1;
  } finally {
    await db.destroy();
  }
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(`paperagent: ${error.message}`);
  process.exitCode = 1;
}

function readArguments(): { workId: string; mode: VerifyMode } {
  const { values, words } = readCommandLine({
    options: { mode: { value: VERIFY_MODES.join('|'), default: 'recorded' } },
    words: 'the id of a Work',
    mostWords: 1,
  });
  const workId = namedWorkId(words[0], USAGE);
  const mode = VERIFY_MODES.find((known) => known === values.mode);
  if (mode === undefined) throw new ConfigError(`--mode is one of: ${VERIFY_MODES.join(', ')}`);
  return { workId, mode };
}

/** Orders it in the name of the Work's owner and waits; a job of the system starts what nobody has started. */
async function made(
  db: Database,
  { workId, mode }: { workId: string; mode: VerifyMode },
): Promise<VerifyReport> {
  const order = { id: randomUUID(), workId, ownerId: await ownerOf(db, workId) };
  const taken = await orderVerification(db, { ...order, mode, isStarted: false });
  if (taken !== 'ordered')
    throw new ConfigError('runs of this person are being made again already: wait until that has ended');
  const began = Date.now();
  let told = '';
  for (; Date.now() - began < TIMEOUT_MS; await delay(LOOK_EVERY_MS)) {
    const row = await findVerification(db, order);
    if (row === undefined) throw new ConfigError('the Work was deleted meanwhile');
    if (row.report !== null) return row.report;
    if (row.state === 'failed') throw new ConfigError(row.error ?? 'it could not be done');
    if (row.state === 'stopped') throw new ConfigError('it was stopped');
    if (row.state === 'queued' && Date.now() - began > START_MS)
      throw new ConfigError('no worker has begun it within two minutes: does one run?');
    if (row.step !== null && row.step !== told) console.error(`${row.step} runs made again`);
    told = row.step ?? told;
  }
  throw new ConfigError('it has not ended within two hours');
}
