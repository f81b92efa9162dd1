/**
 * Documents as text. Parsers of foreign formats are large and their input is hostile: each document is read in a process
 * of its own, which may neither write files nor start programs and knows nothing of the server's settings. What a reading
 * takes of memory goes with it: the bytes pass through here, the window of text comes back.
 */
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createFairGate } from '../threads/fair-gate.ts';
import type { Asking } from '../threads/job-threads.ts';
import type { Converted } from './convert.ts';
import type { Window } from './line-window.ts';

/** The largest document that is read; uploads are no larger (A7). */
const MOST_BYTES = 50 * 1024 ** 2;
/** The reader has a deadline of its own, and says so; this one is for a reader that stands still. */
const DEADLINE_MS = 45_000;

/** Documents that one process has read at once: each may take some hundred megabytes. Guests leave one place to others. */
const PLACES = 2;
const GATE = createFairGate({ places: PLACES, placesForGuests: PLACES - 1, placesOf: () => PLACES });

const READER = new URL('./document-process.ts', import.meta.url);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FLAGS = [
  '--permission',
  `--allow-fs-read=${ROOT}*`,
  '--allow-worker',
  '--disable-warning=SecurityWarning',
];

/**
 * The window of the document's text, or why there is none, in words for the model.
 * @throws the signal's reason when it is aborted; what `open` throws
 */
export async function readDocument(
  open: () => Promise<{ size: number; stream: Readable }>,
  window: Window,
  { person, signal }: Asking,
): Promise<Converted> {
  using _place = await GATE.enter(person, signal);
  const { size, stream } = await open();
  if (size <= MOST_BYTES) return await converted(stream, window, signal);
  stream.destroy();
  return {
    ok: false,
    problem: `it is larger than the ${MOST_BYTES / 1024 ** 2} MB that are read here; read it by code.`,
  };
}

async function converted(document: Readable, window: Window, signal: AbortSignal): Promise<Converted> {
  const late = AbortSignal.timeout(DEADLINE_MS);
  const child = spawn(process.execPath, [...FLAGS, fileURLToPath(READER), JSON.stringify(window)], {
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
  const sent = pipeline(document, child.stdin).catch(() => {});
  const said = await text(child.stdout).catch(() => '');
  const error = await ended;
  document.destroy();
  await sent;
  signal.throwIfAborted();
  if (late.aborted) return { ok: false, problem: 'it could not be read in time.' };
  if (error !== undefined) throw error;
  if (said === '')
    return {
      ok: false,
      problem: 'it could not be read: reading it needs more than a document may use here.',
    };
  return JSON.parse(said) as Converted;
}
