/**
 * The process that one file is read in. Parsers of foreign formats are large and their input is hostile: each document is read in a process
 * of its own, which may neither write files nor start programs and knows nothing of the server's settings. What a reading
 * takes of memory goes with it: the bytes pass through here, what was wanted of them comes back.
 */
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createFairGate } from '../threads/fair-gate.ts';
import type { Asking } from '../threads/job-threads.ts';
import type { Ask, PictureAsk } from './types.ts';

/** Bytes of a file that are read; uploads are no larger (A7). */
export const MOST_BYTES = 50 * 1024 ** 2;
/** The reader has a deadline of its own, and says so; this one is for a reader that stands still. */
const DEADLINE_MS = 45_000;

/** Files that one process has read at once: each may take some hundred megabytes. Guests leave one place to others. */
const PLACES = 2;
const GATE = createFairGate({ places: PLACES, placesForGuests: PLACES - 1, placesOf: () => PLACES });

const READER = new URL('./document-process.ts', import.meta.url);
const PICTURE_READER = new URL('./picture-process.ts', import.meta.url);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FLAGS = [
  '--permission',
  `--allow-fs-read=${ROOT}*`,
  '--allow-worker',
  '--disable-warning=SecurityWarning',
];

/** Pictures are unpacked by a library that is no JavaScript; nobody else may load one. */
const PICTURE_FLAGS = [...FLAGS, '--allow-addons'];

/** Why there is no answer: it was not there in time, or the reader died of it. */
export type Unanswered = 'late' | 'died';

/**
 * What the reader makes of the file. `open` is called when it has a place, and may say in place of the file why it is
 * not read.
 * @throws the signal's reason when it is aborted; what `open` throws
 */
export async function readInProcess<Answer, Refused>(
  open: () => Promise<Readable | { refused: Refused }>,
  ask: Ask | PictureAsk,
  { person, signal }: Asking,
): Promise<{ answer: Answer } | { unanswered: Unanswered } | { refused: Refused }> {
  using _place = await GATE.enter(person, signal);
  const file = await open();
  if ('refused' in file) return file;
  const late = AbortSignal.timeout(DEADLINE_MS);
  const [reader, flags] = 'picture' in ask ? [PICTURE_READER, PICTURE_FLAGS] : [READER, FLAGS];
  const child = spawn(process.execPath, [...flags, fileURLToPath(reader), JSON.stringify(ask)], {
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
  if (late.aborted) return { unanswered: 'late' };
  if (error !== undefined) throw error;
  return said === '' ? { unanswered: 'died' } : { answer: JSON.parse(said) as Answer };
}
