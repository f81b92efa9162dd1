/** Programs that set-up runs to their end, for what they print. */
import { execFile } from 'node:child_process';
import { getPriority, setPriority } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Runs a program. @returns its standard output
 * @throws what `whyItFailed` reads
 */
export type RunProgram = (
  program: string,
  args: string[],
  env?: Readonly<Record<string, string>>,
) => Promise<string>;

export const runProgram: RunProgram = (program, args, env) => start(program, args, env);

/** Runs programs whose work nobody waits for: after everything else, and no longer than until the signal. */
export function inBackground(signal: AbortSignal): RunProgram {
  return (program, args, env) => start(program, args, env, signal);
}

const LOW_PRIORITY = 10;

/** Where all of this runs behind others already (`nice npm start`), going forward again is not allowed, nor meant. */
function goBehind(pid: number): void {
  if (getPriority() < LOW_PRIORITY) setPriority(pid, LOW_PRIORITY);
}

async function start(
  program: string,
  args: string[],
  env: Readonly<Record<string, string>> = {},
  signal?: AbortSignal,
): Promise<string> {
  const started = run(program, args, {
    maxBuffer: 64 * 1024 ** 2,
    env: { ...process.env, ...env },
    ...(signal === undefined ? {} : { signal }),
  });
  const end = () => started.child.kill();
  process.once('exit', end);
  try {
    if (signal !== undefined && started.child.pid !== undefined) goBehind(started.child.pid);
    return (await started).stdout;
  } finally {
    process.off('exit', end);
  }
}

/** pip's own last line is the hash that it found. */
const OTHER_HASH =
  'a file of the package index has another hash than was told: it was altered on the way or in the index, and is not installed';

/** The last line of what a program complained of, or why it could not be started. */
export function whyItFailed(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  if (stderr?.includes('DO NOT MATCH THE HASHES')) return OTHER_HASH;
  return (stderr || message).trim().split('\n').at(-1) ?? message;
}
