/**
 * The Python that bubblewrap sandboxes use: a virtual environment in the user's cache folder, made once for all
 * clones and instances, and found by the content of what it is made from. Beside it, in the same folder, lie further
 * layers of packages, each in a folder that appears whole (python-layers.ts): a run sees those that are complete when
 * it starts.
 *
 *   python-HASH/venv            the interpreter and the first list
 *   python-HASH/mpl-HASH        matplotlib's font list and settings
 *   python-HASH/bytecode-HASH   byte code of our own modules
 *   python-HASH/made.json       what there is, written last
 *   python-HASH/LIST-HASH/      a layer: site/, made.json
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { arch } from 'node:process';
import { type LayerName, listsOf, lockHash, ownHash, type PythonChoice } from '../python-lists.ts';
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
  list: LayerName;
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

/** Our own modules that each Python in a sandbox imports. */
export const OWN_MODULES = ['sitecustomize.py', 'paperagent.py'];

/** Where sandboxes see `mpl`. */
export const MPL_INSIDE = '/opt/paperagent/mpl';

/**
 * Where sandboxes see a layer. python-set-up.ts puts these folders on the environment's search path, and sitecustomize.py
 * the operator's own.
 */
export function layerInside(list: LayerName): string {
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

/**
 * Where byte code of our own modules is, in the folder of a virtual environment, whether it was made or not. It fits these
 * sources and no others: nothing else is asked before it is used.
 */
export function byteCodeFolder(venv: string): string {
  const hash = createHash('sha256');
  for (const name of OWN_MODULES) hash.update(readFileSync(join(SANDBOX_FILES, name)));
  return join(dirname(venv), `bytecode-${hash.digest('hex').slice(0, 16)}`);
}

export function layerFolder(cacheDir: string, list: Exclude<LayerName, 'own'>): string {
  return join(environmentFolder(cacheDir), `${list}-${lockHash(list)}`);
}

/** Where the operator's own packages are, for what they lie on. */
export function ownFolder(cacheDir: string, choice: PythonChoice): string {
  return join(environmentFolder(cacheDir), `own-${ownHash(choice)}`);
}

/** The layers of a choice, in the order in which they lie on each other, whether they are complete or not. */
export function layersOf(cacheDir: string, choice: PythonChoice): { list: LayerName; folder: string }[] {
  const lists = listsOf(choice.libraries).filter((list) => list !== 'requirements');
  const layers: { list: LayerName; folder: string }[] = lists.map((list) => ({
    list,
    folder: layerFolder(cacheDir, list),
  }));
  if (choice.own.length > 0) layers.push({ list: 'own', folder: ownFolder(cacheDir, choice) });
  return layers;
}

/** The environment when it has been made; null when set-up is still to be run. Asks no program anything. */
export function findPythonEnvironment(cacheDir: string, choice: PythonChoice): PythonEnvironment | null {
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
    layers: completeLayers(cacheDir, choice),
  };
}

/** The layers of a choice that are complete now. */
export function completeLayers(cacheDir: string, choice: PythonChoice): Layer[] {
  return layersOf(cacheDir, choice)
    .filter(({ folder }) => existsSync(join(folder, 'made.json')))
    .map(({ list, folder }) => ({ list, site: join(folder, 'site') }));
}

/** What there is of the first list, and of each layer of a choice that is complete now. */
export function foundPackages(cacheDir: string, choice: PythonChoice): FoundPackages[] {
  const folders = layersOf(cacheDir, choice).map(({ folder }) => folder);
  return [environmentFolder(cacheDir), ...folders].flatMap(
    (folder) => madeIn<{ packages: FoundPackages }>(folder)?.packages ?? [],
  );
}

/** What code imports of the operator's own packages, once they are complete. */
export function ownModules(cacheDir: string, choice: PythonChoice): string[] {
  const made = madeIn<{ packages: FoundPackages }>(ownFolder(cacheDir, choice));
  return choice.own.length === 0 || made === null ? [] : Object.keys(made.packages.found);
}

/** What was noted when a folder was complete; null: it is not. */
function madeIn<Made>(folder: string): Made | null {
  const file = join(folder, 'made.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Made) : null;
}
