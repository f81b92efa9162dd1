/** The Sandbox that is made of bubblewrap processes (S10). */
import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cancelled, lost } from '../ending.ts';
import { readyForRun } from '../first-start.ts';
import { ownWorkspace } from '../own-workspace.ts';
import { identityOf, isRunning } from '../processes.ts';
import { kindsInWords, lockedPackages, ownInWords, type PythonChoice } from '../python-lists.ts';
import { runName, warmName, warmSuffix } from '../run-name.ts';
import { scriptInside } from '../script-path.ts';
import { createSightings } from '../sightings.ts';
import { type RunKey, type Sandbox, SandboxUnavailable } from '../types.ts';
import { removeCgroup } from './cgroup.ts';
import { followRun } from './follow-run.ts';
import {
  completeLayers,
  foundPackages,
  type Layer,
  ownModules,
  type PythonEnvironment,
} from './python-environment.ts';
import { reapFolders, removeRun } from './reap-folders.ts';
import * as runFolder from './run-folder.ts';

const RUNNER = fileURLToPath(new URL('./runner.ts', import.meta.url));

/** Of matplotlib's list of them, made at set-up. */
function hashOfFonts(mpl: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(mpl).sort())
    if (name.startsWith('fontlist')) hash.update(readFileSync(join(mpl, name)));
  return hash.digest('hex');
}

export interface BubblewrapConfig extends PythonChoice {
  instance: string;
  /** Where runs keep their state: under PA_DATA, outside every workspace. */
  stateDir: string;
  cacheDir: string;
  bwrap: string;
  python: PythonEnvironment;
}

/** Starts the process that will hold the sandbox of a folder; it goes on when this process dies. */
async function startRunner(folder: string, compileCache: string): Promise<void> {
  const log = openSync(join(folder, 'runner.log'), 'a', 0o600);
  const runner = spawn(process.execPath, [RUNNER, folder], {
    // From the first moment on it is in the folder, whatever name that is given later.
    cwd: folder,
    detached: true,
    // Without the cache it would strip and compile its sources each time, for longer than most of its start.
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: compileCache },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  try {
    await once(runner, 'spawn');
  } catch (error) {
    throw new SandboxUnavailable(`the sandbox runner could not be started: ${(error as Error).message}`);
  }
  runner.unref();
}

function hasAll(layers: Layer[], wanted: Layer[]): boolean {
  return wanted.every(({ site }) => layers.some((layer) => layer.site === site));
}

/** A warm sandbox that was taken as it ended: nothing ran in it. */
function isUnused(folder: string): boolean {
  const order = runFolder.readState(folder, 'order.json');
  return order !== null && !runFolder.isOrder(order);
}

export function createBubblewrapSandbox(config: BubblewrapConfig): Sandbox {
  const { instance, cacheDir, libraries, bwrap } = config;
  const root = join(config.stateDir, 'bubblewrap');
  const sightings = createSightings();
  const compileCache = join(config.stateDir, 'compile-cache');
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const folderOf = (key: RunKey) => join(root, runName(instance, key));
  /** With the packages that are complete by now. */
  const newBox = (workspace: string, owner: string): runFolder.Box => ({
    id: randomUUID(),
    bwrap,
    python: { ...config.python, layers: completeLayers(cacheDir, config) },
    workspace,
    owner,
    creator: identityOf(process.pid),
  });

  /** Gives the owner's warm sandbox the name of this run. @returns whether it runs the order. */
  const takeWarm = (warm: string, folder: string, order: runFolder.Order): boolean => {
    const runner = runFolder.readState(warm, 'runner.json');
    // Without a runner's name it is only just being started, and that will find the order.
    if (runner && !isRunning(runner)) return false;
    // It was started before packages came that its code may have been told of.
    const box = runFolder.readState(warm, 'box.json');
    if (box && !hasAll(box.python.layers, completeLayers(cacheDir, config))) return false;
    if (!runFolder.moveFolder(warm, folder)) return false;
    if (runFolder.settle(folder, 'order.json', order)) return true;
    runFolder.removeFolder(folder); // It had been released in this instant.
    return false;
  };

  return {
    kind: 'bubblewrap',

    async run({ key, owner, workspace, script, limits }, { progress, mayStart, signal, detach, onOutput }) {
      scriptInside(script);
      const folder = folderOf(key);
      let order = { key, script, limits };
      if (isUnused(folder)) runFolder.removeFolder(folder);
      if (!existsSync(folder)) {
        if (!mayStart) return lost('nothing is left of its sandbox');
        if (signal.aborted) return cancelled(0);
        const ready = await readyForRun(workspace, limits);
        if ('refused' in ready) return ready.refused;
        order = { key, script, limits: ready.limits };
        const warm = join(root, warmName(instance, workspace, owner));
        if (!takeWarm(warm, folder, order)) runFolder.createFolder(folder, newBox(workspace, owner), order);
      }
      // Who took a warm sandbox may have died before giving the order: then this gives it.
      runFolder.settle(folder, 'order.json', order);
      if (!runFolder.readState(folder, 'runner.json')) await startRunner(folder, compileCache);
      const outcome = await followRun({ folder, progress, signal, detach, onOutput });
      if (outcome.ran) return outcome.ending;
      runFolder.removeFolder(folder);
      throw new SandboxUnavailable(outcome.reason);
    },

    async environment() {
      const layers = completeLayers(cacheDir, config);
      const { venv, mpl } = config.python;
      return {
        sandbox: 'bubblewrap',
        made: [basename(dirname(venv)), ...layers.map(({ site }) => basename(dirname(site)))],
        packages: ['requirements' as const, ...layers.map(({ list }) => list)].flatMap((list) =>
          list === 'own'
            ? config.own.map(({ name, version }) => `${name}==${version}`)
            : lockedPackages(list),
        ),
        fonts: hashOfFonts(mpl),
      };
    },

    traces: (key) => runFolder.readTraces(folderOf(key)),

    async remove(key) {
      const folder = folderOf(key);
      const box = runFolder.readState(folder, 'box.json');
      runFolder.removeFolder(folder);
      if (box) removeCgroup(box.id);
    },

    async endAndRemove(key) {
      removeRun(folderOf(key));
    },

    reap: (wanted) => reapFolders(root, wanted, sightings.round()),

    async warm(owner, workspace) {
      await ownWorkspace(workspace);
      const folder = join(root, warmName(instance, workspace, owner));
      if (runFolder.createFolder(folder, newBox(workspace, owner))) await startRunner(folder, compileCache);
    },

    async release(owner) {
      const suffix = warmSuffix(owner);
      for (const name of readdirSync(root).filter((entry) => entry.endsWith(suffix)))
        runFolder.release(join(root, name));
    },

    packages() {
      const made = foundPackages(cacheDir, config);
      return [
        ...kindsInWords(libraries, (module) => (made.some(({ found }) => found[module]) ? module : null)),
        ...ownInWords(ownModules(cacheDir, config)),
      ];
    },
  };
}
