/**
 * The Python that bubblewrap sandboxes use: a virtual environment in the user's cache folder, made once for all
 * clones and instances, and found by the content of what it is made from. Beside it, in the same folder, lie further
 * layers of packages, each in a folder that appears whole (python-layers.ts): a run sees those that are complete when
 * it starts.
 *
 *   python-HASH/venv            the interpreter and the first list
 *   python-HASH/mpl-HASH        matplotlib's font list and settings
 *   python-HASH/made.json       what there is, written last
 *   python-HASH/LIST-HASH/      a layer: site/, made.json
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { arch } from 'node:process';
import { type Libraries, listsOf, lockHash, type PythonList } from '../python-lists.ts';
import { SANDBOX_FILES } from '../sandbox-files.ts';

export interface PythonEnvironment {
  /** The virtual environment; bound into sandboxes at a fixed place. */
  venv: string;
  /** The installation that it was made from, which has to be visible at its own path. */
  basePrefix: string;
  /** Where the font list and the matplotlibrc are. */
  mpl: string;
  /** The bwrap that the environment brings along. */
  bundledBwrap: string;
  /** The further layers that are complete. */
  layers: Layer[];
}

export interface Layer {
  list: PythonList;
  /** A folder of packages, as `pip install --target` makes it. */
  site: string;
}

/** Modules that could be imported where this was made, with their versions, and why others could not. */
export interface FoundPackages {
  found: Record<string, string>;
  missing: Record<string, string>;
}

/** What made.json of the environment holds. */
export interface MadeEnvironment {
  basePrefix: string;
  /** Relative to the folder. */
  bundledBwrap: string;
  packages: FoundPackages;
}

/** Where sandboxes see `mpl`. */
export const MPL_INSIDE = '/opt/paperagent/mpl';

/** Where sandboxes see a layer; python-set-up.ts puts these folders on the environment's search path. */
export function layerInside(list: PythonList): string {
  return `/opt/paperagent/${list}`;
}

export function environmentFolder(cacheDir: string): string {
  const hash = createHash('sha256').update(arch).update(lockHash('requirements'));
  return join(cacheDir, `python-${hash.digest('hex').slice(0, 16)}`);
}

/** By itself, for it changes without the packages. */
export function mplFolder(cacheDir: string): string {
  const hash = createHash('sha256').update(readFileSync(join(SANDBOX_FILES, 'make_matplotlib_ready.py')));
  return join(environmentFolder(cacheDir), `mpl-${hash.digest('hex').slice(0, 16)}`);
}

export function layerFolder(cacheDir: string, list: PythonList): string {
  return join(environmentFolder(cacheDir), `${list}-${lockHash(list)}`);
}

/** The environment when it has been made; null when set-up is still to be run. Asks no program anything. */
export function findPythonEnvironment(cacheDir: string, libraries: Libraries): PythonEnvironment | null {
  const folder = environmentFolder(cacheDir);
  const made = madeIn<MadeEnvironment>(folder);
  if (made === null) return null;
  if (!existsSync(join(folder, 'venv/bin/python'))) return null; // The Python it was made from was removed.
  const mpl = mplFolder(cacheDir);
  if (!existsSync(mpl)) return null;
  return {
    venv: join(folder, 'venv'),
    mpl,
    basePrefix: made.basePrefix,
    bundledBwrap: join(folder, made.bundledBwrap),
    layers: completeLayers(cacheDir, libraries),
  };
}

/** The layers of a setting that are complete now. */
export function completeLayers(cacheDir: string, libraries: Libraries): Layer[] {
  return listsOf(libraries)
    .slice(1)
    .map((list) => ({ list, folder: layerFolder(cacheDir, list) }))
    .filter(({ folder }) => existsSync(join(folder, 'made.json')))
    .map(({ list, folder }) => ({ list, site: join(folder, 'site') }));
}

/** What there is of each list of a setting that is complete now. */
export function foundPackages(cacheDir: string, libraries: Libraries): FoundPackages[] {
  return listsOf(libraries).flatMap((list) => {
    const folder = list === 'requirements' ? environmentFolder(cacheDir) : layerFolder(cacheDir, list);
    return madeIn<{ packages: FoundPackages }>(folder)?.packages ?? [];
  });
}

/** What was noted when a folder was complete; null: it is not. */
function madeIn<Made>(folder: string): Made | null {
  const file = join(folder, 'made.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Made) : null;
}
