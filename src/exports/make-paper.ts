/** A document of a paper, made by a program of its own that ends with it (O1): what it takes of memory goes with it. */

import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { makeCgroup } from '../sandbox/bubblewrap/cgroup.ts';
import { createFairGate, type Person } from '../threads/fair-gate.ts';
import { type ChineseFonts, findChineseFonts } from './chinese-fonts.ts';
import { findContainment, type StartedBy, startContained } from './contain.ts';
import { readFrames, writeFrame } from './frames.ts';
import {
  type ExportStep,
  type Files,
  type FromProgram,
  MOST_DOCUMENT_BYTES,
  MOST_MEMORY_BYTES,
  PICTURE_BYTES,
  PICTURES_BYTES,
} from './job.ts';
import { openingOf, type Prepared } from './opening.ts';
import type { Problem } from './paper/ast.ts';

/** What this machine has for it; looked for once a process. */
export interface PaperTools {
  containment: StartedBy;
  chinese(): Promise<ChineseFonts | null>;
  /** Which program makes them: another one may make other documents of the same paper. */
  program: string;
}

export interface PaperToolsOptions {
  /** Folders that fonts are looked for in, in this order. */
  fontFolders: readonly string[];
  /** Where bubblewrap may be besides the PATH. */
  bwraps: readonly string[];
  /** A hash of the program's own code and packages; reads them. */
  program(): string;
}

export async function findPaperTools({
  fontFolders,
  bwraps,
  program,
}: PaperToolsOptions): Promise<PaperTools> {
  // Asked for each time: who is told to install a font need not start anything anew.
  const chinese = () => findChineseFonts(fontFolders);
  return { containment: await findContainment(bwraps), chinese, program: program() };
}

export interface PaperSurroundings {
  /** A file of the Work, or why it is not given. */
  read(path: string, maxBytes: number): Promise<Buffer | { reason: string }>;
  onStep(step: ExportStep): void;
  person: Person;
  signal: AbortSignal;
}

export type PaperMade =
  | { bytes: Buffer; problems: Problem[]; pages: number | null }
  /** A sentence for the person: it would be so again. */
  | { refused: string };

/** Programs at once in this process: each takes some 500 MB. Guests leave one place to others. */
const PLACES = 2;
const GATE = createFairGate({ places: PLACES, placesForGuests: PLACES - 1, placesOf: () => PLACES });

/** WebAssembly is compiled beside what runs already. */
const PROCESSORS = 2;
const DEADLINE_MS = 180_000;
const PROGRAM = fileURLToPath(new URL('./program/main.ts', import.meta.url));
const MOST_STDERR = 20_000;

/**
 * @throws the signal's reason when it is aborted; Error with what the program said last where it failed in a way that
 * nobody foresaw
 */
export async function makePaper(
  prepared: Prepared,
  tools: Pick<PaperTools, 'containment'>,
  around: PaperSurroundings,
): Promise<PaperMade> {
  using _place = await GATE.enter(around.person, around.signal);
  const { opening, attached } = await openingOf(prepared);
  const late = AbortSignal.timeout(DEADLINE_MS);
  const cgroup = makeCgroup(`export-${randomUUID()}`, PROCESSORS);
  cgroup?.setMemoryLimit(MOST_MEMORY_BYTES);
  const child = startContained(tools.containment, [PROGRAM], {
    cgroup,
    signal: AbortSignal.any([around.signal, late]),
  }) as ChildProcessWithoutNullStreams;
  const ended = new Promise<Error | undefined>((resolve) => {
    child.once('error', resolve);
    child.once('close', () => resolve(undefined));
  });
  // Whoever has ended is written to in vain: how it ended tells.
  child.stdin.on('error', () => {});
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-MOST_STDERR);
  });
  let failure: unknown;
  let made: PaperMade | undefined;
  try {
    await writeFrame(child.stdin, opening, attached);
    made = await converse(child.stdout, child.stdin, around);
  } catch (error) {
    failure = error;
  }
  child.stdin.destroy();
  child.kill('SIGKILL');
  const error = await ended;
  const ranOut = (cgroup?.oomKills() ?? 0) > 0 || /out of memory/i.test(said);
  cgroup?.remove();
  around.signal.throwIfAborted();
  if (made !== undefined) return made;
  if (late.aborted) return { refused: 'It took too long: make the paper shorter, or its pictures smaller.' };
  if (ranOut) return { refused: 'It took too much memory: make the pictures smaller, or the paper shorter.' };
  throw new Error(`the program ended without a document: ${said.trim() || 'it said nothing'}`, {
    cause: error ?? failure,
  });
}

async function converse(
  from: Readable,
  to: Writable,
  { read, onStep }: PaperSurroundings,
): Promise<PaperMade | undefined> {
  let room = PICTURES_BYTES;
  for await (const { message, attached } of readFrames(from, MOST_DOCUMENT_BYTES)) {
    const said = message as FromProgram;
    if (said.say === 'step') onStep(said.step);
    else if (said.say === 'refused') return { refused: said.reason };
    else if (said.say === 'made')
      return { bytes: attached[0] ?? Buffer.alloc(0), problems: said.problems, pages: said.pages };
    else {
      const files: Files['files'] = [];
      const bytes: Buffer[] = [];
      for (const path of said.paths) {
        const found = await read(path, Math.min(PICTURE_BYTES, room));
        if (Buffer.isBuffer(found)) {
          room -= found.length;
          bytes.push(found);
          files.push({ found: true });
        } else files.push({ found: false, reason: found.reason });
      }
      await writeFrame(to, { files } satisfies Files, bytes);
    }
  }
  return undefined;
}
