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
import { canonicalName } from '../../domain/own-packages.ts';
import {
  type LayerName,
  type ListedPackage,
  listsOf,
  lockFile,
  type PythonChoice,
  packagesOf,
} from '../python-lists.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { findPythonEnvironment, layersOf } from './python-environment.ts';
import { isWhole, lookAtPackages, PIP_INSTALL, type Progress } from './python-set-up.ts';
import { inBackground, type RunProgram, whyItFailed } from './run-program.ts';

/** Finds what is to be installed, wheels alone, and installs nothing. */
const PIP_RESOLVE = [
  ...['-m', 'pip', 'install', '--dry-run', '--quiet', '--only-binary=:all:'],
  ...['--disable-pip-version-check', '--no-input'],
];

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
  choice: PythonChoice,
  { onProgress, signal, run = inBackground(signal) }: LayersOptions,
): Promise<string | null> {
  const environment = findPythonEnvironment(cacheDir, choice);
  if (environment === null) return null;
  const python = join(environment.venv, 'bin/python');
  try {
    for (const { list, folder } of layersOf(cacheDir, choice)) {
      if (isWhole(folder)) continue;
      const what = list === 'own' ? 'the packages of SANDBOX_PACKAGES' : `the list ${list}`;
      await oneAtATime(folder, { what, onProgress, signal }, async () => {
        if (isWhole(folder)) return;
        const below = environment.layers.map(({ site }) => site);
        const making = { list, folder, python, below, run, onProgress };
        if (list === 'own') await makeOwn(making, choice);
        else await makeLayer(making, await readFile(lockFile(list), 'utf8'), packagesOf(list));
      });
      environment.layers.push({ list, site: join(folder, 'site') });
    }
    return null;
  } catch (error) {
    if (signal.aborted) return null;
    return error instanceof OwnPackagesMissing ? error.message : whyItFailed(error);
  }
}

interface Making {
  list: LayerName;
  folder: string;
  python: string;
  /** The layers that it lies on. */
  below: string[];
  run: RunProgram;
  onProgress: Progress;
}

async function makeLayer(
  { list, folder, python, below, run, onProgress }: Making,
  lock: string,
  listed: ListedPackage[],
): Promise<void> {
  const began = performance.now();
  const building = `${folder}.building`;
  const site = join(building, 'site');
  await mkdir(site, { recursive: true });
  const parts = partsOf(lock);
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
  const packages = await lookAtPackages(python, listed, { searched, run });
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

/**
 * Adds the operator's own packages: resolved once, among the versions below, to a list with hashes of its own, which is
 * then installed as the others are. Where one cannot be had none is added.
 */
async function makeOwn(making: Making, { libraries, own }: PythonChoice): Promise<void> {
  const { folder, python, below, run, onProgress } = making;
  const building = `${folder}.building`;
  const lock = join(building, 'lock.txt');
  const names = own.map(({ name, version }) => `${name}==${version}`);
  if (!existsSync(lock)) {
    await mkdir(building, { recursive: true });
    onProgress(`looking for ${names.join(', ')} (SANDBOX_PACKAGES)`);
    const constraints = join(building, 'constraints.txt');
    const locks = await Promise.all(listsOf(libraries).map((list) => readFile(lockFile(list), 'utf8')));
    await writeFile(constraints, locks.flatMap(entriesOf).map(withoutHashes).join('\n'));
    const report = join(building, 'report.json');
    const asked = ['--report', report, '--constraint', constraints, ...names];
    try {
      await run(python, [...PIP_RESOLVE, ...asked], { PYTHONPATH: below.join(':') });
    } catch (error) {
      throw new OwnPackagesMissing(`SANDBOX_PACKAGES: ${whyNotHad(error)}`, { cause: error });
    }
    await writeFile(`${lock}.new`, lockOf(JSON.parse(await readFile(report, 'utf8')) as PipReport));
    await rename(`${lock}.new`, lock);
  }
  const listed = own.map(({ name }) => ({ name, module: '', kind: '' }));
  await makeLayer(making, await readFile(lock, 'utf8'), listed);
}

/** What was asked for by SANDBOX_PACKAGES cannot be had, as the message says. */
class OwnPackagesMissing extends Error {}

function whyNotHad(error: unknown): string {
  const said = (error as { stderr?: string }).stderr ?? '';
  const missing = /No matching distribution found for (\S+)/.exec(said)?.[1];
  if (missing !== undefined)
    return `the package index has no wheel of ${missing} for this Python and machine: mend the name or the version`;
  if (/conflicting dependencies|ResolutionImpossible/.test(said))
    return `they do not go together with the versions of the lists (SANDBOX_LIBRARIES): ${said.match(/Cannot install [^\n]*/)?.[0] ?? whyItFailed(error)}`;
  return whyItFailed(error);
}

/** What pip says that it would install. */
interface PipReport {
  install: {
    metadata: { name: string; version: string };
    download_info: { archive_info?: { hash?: string; hashes?: { sha256?: string } } };
  }[];
}

function lockOf({ install }: PipReport): string {
  const entries = install.map(({ metadata: { name, version }, download_info: { archive_info: from } }) => {
    const sha256 = from?.hashes?.sha256 ?? from?.hash?.replace(/^sha256=/, '');
    if (sha256 === undefined) throw new Error(`the package index has no hash of ${name} ${version}`);
    return `${canonicalName(name)}==${version} \\\n    --hash=sha256:${sha256}\n`;
  });
  return entries.join('');
}

function withoutHashes(entry: string): string {
  return entry.slice(0, entry.indexOf('\\')).trim();
}

/** Entries begin lines, and so does a comment at the head. */
function entriesOf(lock: string): string[] {
  return lock.split(/\n(?=[a-z])/).filter((entry) => entry !== '' && !entry.startsWith('#'));
}

/** The entries of a lock file, a few together. */
function partsOf(lock: string): string[][] {
  const entries = entriesOf(lock);
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
