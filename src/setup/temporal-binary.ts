/**
 * Where the embedded Temporal server's program comes from: PATH, what an earlier start kept, the download, and Go where it
 * is installed.
 */
import { chmod, copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { takeLock } from '../os/process-lock.mjs';
import { cacheFolder } from './cache-folder.ts';
import { lastLine, runCommand } from './command.ts';
import type { OnProgress } from './progress.ts';
import { SetupError } from './setup-error.ts';
import { downloadTemporal } from './temporal-download.ts';

/** The newest version that `go install` can build: later ones have a replace directive in their go.mod. */
export const TEMPORAL_VERSION = '1.5.1';

export interface TemporalSearch {
  env: Readonly<Record<string, string | undefined>>;
  /** Takes the place of the user's cache folder where that cannot be written. */
  dataDir: string;
  onProgress: OnProgress;
  /** Fetches the official build to `file`; replaced in tests. Gives false when it cannot be had from here. */
  download?: (version: string, file: string, onProgress: OnProgress) => Promise<boolean>;
}

/**
 * The path of a `temporal` program that runs: from PATH, else a copy kept earlier, else the official download,
 * else built by Go. What was fetched or built is kept in the user's cache folder for all checkouts; when two
 * look for it at once, one fetches and the other waits.
 * @throws SetupError when there is none and none can be had
 */
export async function findTemporal(search: TemporalSearch): Promise<string> {
  const onPath = await firstThatRuns(pathCandidates(search.env));
  if (onPath) return onPath;
  const folder = await cacheFolder(search);
  const kept = join(folder, `temporal-${TEMPORAL_VERSION}`, 'temporal');
  if (await runs(kept)) return kept;
  const release = await takeLockPatiently(join(folder, 'temporal.lock'), search.onProgress);
  try {
    if (!(await runs(kept))) await obtain(kept, folder, search);
    return kept;
  } finally {
    release();
  }
}

function pathCandidates(env: TemporalSearch['env']): string[] {
  return (env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, 'temporal'));
}

async function firstThatRuns(candidates: string[]): Promise<string | undefined> {
  for (const candidate of candidates) if (await runs(candidate)) return candidate;
  return undefined;
}

async function runs(program: string): Promise<boolean> {
  const { code, output } = await runCommand(program, ['--version']);
  return code === 0 && output.startsWith('temporal version');
}

/** Waits while another process is getting the same. @returns what lets go of the lock */
export async function takeLockPatiently(file: string, onProgress: OnProgress): Promise<() => void> {
  for (let told = false; ; told = true) {
    const lock = takeLock(file);
    if (lock.taken) return lock.release;
    if (!told) onProgress(`Temporal: process ${lock.holder.pid} is getting it, waiting`);
    await delay(200);
  }
}

/** Puts a program that runs at `kept`; it appears there whole. */
async function obtain(kept: string, folder: string, search: TemporalSearch): Promise<void> {
  const { onProgress, download = downloadTemporal } = search;
  const draft = await mkdtemp(join(folder, 'temporal-new-'));
  try {
    const program = join(draft, 'temporal');
    onProgress(`Temporal: getting the server ${TEMPORAL_VERSION} (the first time only)`);
    const fetched = (await download(TEMPORAL_VERSION, program, onProgress)) && (await usable(program));
    if (!fetched) await build(program, draft, search);
    await mkdir(join(kept, '..'), { recursive: true });
    await rename(program, kept);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function usable(program: string): Promise<boolean> {
  await chmod(program, 0o755);
  return runs(program);
}

async function build(program: string, draft: string, { env, onProgress }: TemporalSearch): Promise<void> {
  const elsewhere =
    'put the `temporal` program on PATH (https://docs.temporal.io/cli), or set TEMPORAL_ADDRESS to a server of your own';
  if ((await runCommand('go', ['version'], { env })).code !== 0) {
    throw new SetupError(
      `the Temporal server could not be downloaded, and Go is not there to build it: ${elsewhere}`,
    );
  }
  onProgress(
    'Temporal: no download from here, building it with Go (about five minutes, the first time only)',
  );
  const { code, output } = await runCommand(
    'go',
    ['install', '-ldflags=-s -w', `github.com/temporalio/cli/cmd/temporal@v${TEMPORAL_VERSION}`],
    { env: { ...env, GOBIN: join(draft, 'bin') } },
  );
  if (code !== 0) {
    throw new SetupError(
      `the Temporal server could not be downloaded, nor built (${lastLine(output)}): ${elsewhere}`,
    );
  }
  await copyFile(join(draft, 'bin', 'temporal'), program);
  if (!(await usable(program)))
    throw new SetupError(`the Temporal server that Go built does not run: ${elsewhere}`);
}
