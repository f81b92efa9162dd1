/**
 * Adds the further lists to the environment, behind whatever else goes on: each in a folder of its own, which gets its
 * name when it is complete. So no run ever meets half a package, and one that has begun keeps what it began with.
 *
 *   LIST-HASH.building/part-N.txt    some packages of the lock file
 *   LIST-HASH.building/part-N/       as they are installed
 *   LIST-HASH.building/part-N.done   they are in site/: a set-up that was killed goes on with the next
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Libraries, listsOf, lockFile, type PythonList, packagesOf } from '../python-lists.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { findPythonEnvironment, layerFolder } from './python-environment.ts';
import { isWhole, lookAtPackages, PIP_INSTALL, type Progress } from './python-set-up.ts';
import { inBackground, type RunProgram, whyItFailed } from './run-program.ts';

/** Few enough that a killed set-up has little to do again, and more than one so that pip starts seldom. */
const PACKAGES_AT_ONCE = 12;

export interface LayersOptions {
  onProgress: Progress;
  /** Ends it; what has been installed is kept for the next time. */
  signal: AbortSignal;
  /** Replaced in tests. */
  run?: RunProgram;
}

/**
 * Makes the layers of a setting that are not complete (minutes, the first time). Needs the environment; where there is
 * none it does nothing.
 * @returns why one could not be made; null when all are there, or the signal came.
 */
export async function completeLayersOf(
  cacheDir: string,
  libraries: Libraries,
  { onProgress, signal, run = inBackground(signal) }: LayersOptions,
): Promise<string | null> {
  const environment = findPythonEnvironment(cacheDir, libraries);
  if (environment === null) return null;
  const python = join(environment.venv, 'bin/python');
  try {
    for (const list of listsOf(libraries).slice(1)) {
      const folder = layerFolder(cacheDir, list);
      if (isWhole(folder)) continue;
      await oneAtATime(folder, { what: `the list ${list}`, onProgress, signal }, async () => {
        if (isWhole(folder)) return;
        const below = environment.layers.map(({ site }) => site);
        await makeLayer({ list, folder, python, below, run, onProgress });
      });
      environment.layers.push({ list, site: join(folder, 'site') });
    }
    return null;
  } catch (error) {
    return signal.aborted ? null : whyItFailed(error);
  }
}

interface Making {
  list: PythonList;
  folder: string;
  python: string;
  /** The layers that it lies on. */
  below: string[];
  run: RunProgram;
  onProgress: Progress;
}

async function makeLayer({ list, folder, python, below, run, onProgress }: Making): Promise<void> {
  const began = performance.now();
  const building = `${folder}.building`;
  const site = join(building, 'site');
  await mkdir(site, { recursive: true });
  const parts = partsOf(await readFile(lockFile(list), 'utf8'));
  for (const [index, entries] of parts.entries()) {
    const part = join(building, `part-${index}`);
    if (existsSync(`${part}.done`)) continue;
    onProgress(
      `adding ${list}, ${index + 1} of ${parts.length}: ${[...new Set(entries.map(nameOf))].join(', ')}`,
    );
    for (const left of await install(python, part, entries, run))
      onProgress(`${left} is left out: there is no build of it for this machine`);
    if (existsSync(part)) await moveInto(part, site);
    await writeFile(`${part}.done`, '');
  }
  const searched = [site, ...below].join(':');
  const packages = await lookAtPackages(python, packagesOf(list), { searched, run });
  for (const [module, why] of Object.entries(packages.missing))
    onProgress(`${module} cannot be imported here and is left out (${why})`);
  await writeFile(join(building, 'made.json'), JSON.stringify({ packages }));
  for (const name of await readdir(building))
    if (name.startsWith('part-')) await rm(join(building, name), { recursive: true, force: true });
  await rename(building, folder);
  onProgress(
    `${Object.keys(packages.found).length} packages of ${list} added in ${Math.round((performance.now() - began) / 1000)} s`,
  );
}

/** The entries of a lock file, a few together. */
function partsOf(lock: string): string[][] {
  const entries = lock.split(/\n(?=[a-z])/).filter((entry) => !entry.startsWith('#'));
  const parts: string[][] = [];
  for (let at = 0; at < entries.length; at += PACKAGES_AT_ONCE)
    parts.push(entries.slice(at, at + PACKAGES_AT_ONCE));
  return parts;
}

function nameOf(entry: string): string {
  return entry.slice(0, entry.indexOf('=='));
}

/** Installs packages into a folder of their own. @returns those that have no wheel for this machine */
async function install(python: string, part: string, entries: string[], run: RunProgram): Promise<string[]> {
  const left: string[] = [];
  for (;;) {
    const wanted = entries.filter((entry) => !left.includes(nameOf(entry)));
    await rm(part, { recursive: true, force: true });
    await writeFile(`${part}.txt`, wanted.join('\n'));
    try {
      await run(python, [...PIP_INSTALL, '--target', part, '-r', `${part}.txt`]);
      return left;
    } catch (error) {
      const missing = /No matching distribution found for ([\w.-]+)/.exec(
        (error as { stderr?: string }).stderr ?? '',
      )?.[1];
      if (missing === undefined || !wanted.some((entry) => nameOf(entry) === missing)) throw error;
      left.push(missing);
    }
  }
}

/** Moves what a folder holds; packages that share a folder (`bin`, a namespace) find it there already. */
async function moveInto(from: string, to: string): Promise<void> {
  for (const name of await readdir(from)) {
    const target = join(to, name);
    const both = existsSync(target) && (await stat(join(from, name))).isDirectory();
    if (both) await moveInto(join(from, name), target);
    else await rename(join(from, name), target);
  }
}
