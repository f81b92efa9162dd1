/**
 * Parsers of foreign formats are large and their input is hostile: each file is read in a process of its own, which may
 * neither write files nor start programs and knows nothing of the server's settings. What a reading takes of memory goes
 * with it: the bytes pass through here, what was made of them comes back.
 */
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createFairGate } from '../threads/fair-gate.ts';

/** A reader has a deadline of its own, and says so; this one is for a reader that stands still. */
const DEADLINE_MS = 45_000;

/** Files that one process has read at once: each may take some hundred megabytes. Guests leave one place to others. */
const PLACES = 2;
export const READERS = createFairGate({
  places: PLACES,
  placesForGuests: PLACES - 1,
  placesOf: () => PLACES,
});

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FLAGS = [
  '--permission',
  `--allow-fs-read=${ROOT}*`,
  '--allow-worker',
  '--disable-warning=SecurityWarning',
];

export interface Reader {
  /** Its program: takes the file by stdin, says what it made of it by stdout. */
  script: URL;
  /** What it is told. */
  given: object;
  /** Whether it needs a library that is no JavaScript. */
  native?: boolean;
}

/**
 * What the reader said of a file; 'late' where it stood still, 'died' where it said nothing. Call it in a place of READERS.
 * @throws the signal's reason when it is aborted; an error where no process can be started
 */
export async function runReader(
  { script, given, native = false }: Reader,
  file: Readable,
  signal: AbortSignal,
): Promise<{ said: string } | 'late' | 'died'> {
  const late = AbortSignal.timeout(DEADLINE_MS);
  const flags = native ? [...FLAGS, '--allow-addons'] : FLAGS;
  const child = spawn(process.execPath, [...flags, fileURLToPath(script), JSON.stringify(given)], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {},
    signal: AbortSignal.any([signal, late]),
    killSignal: 'SIGKILL',
  });
  const ended = new Promise<unknown>((resolve) => {
    child.once('error', resolve);
    child.once('close', () => resolve(undefined));
  });
  // A reader that has seen enough, or has died, takes no more: what it said tells.
  const sent = pipeline(file, child.stdin).catch(() => {});
  const said = await text(child.stdout).catch(() => '');
  const error = await ended;
  file.destroy();
  await sent;
  signal.throwIfAborted();
  if (late.aborted) return 'late';
  if (error !== undefined) throw error;
  return said === '' ? 'died' : { said };
}
