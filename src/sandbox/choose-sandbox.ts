/** Which sandbox runs generated code (P: SANDBOX). Setting up is slow and done once; choosing is fast. */
import { createBubblewrapSandbox } from './bubblewrap/bubblewrap-sandbox.ts';
import { findBubblewrap } from './bubblewrap/find-bubblewrap.ts';
import { completeLayersOf, type LayersOptions } from './bubblewrap/python-layers.ts';
import { setUpPython } from './bubblewrap/python-set-up.ts';
import { createDockerSandbox } from './docker/docker-sandbox.ts';
import { findEngine, snapProblem } from './docker/find-engine.ts';
import { ownInImage, sandboxImageTag, setUpImage } from './docker/image.ts';
import type { PythonChoice } from './python-lists.ts';
import type { Sandbox } from './types.ts';

/** What code may import stands in it, too. */
export interface SandboxConfig extends PythonChoice {
  mode: 'auto' | 'docker' | 'bubblewrap';
  /** Tells the containers of several instances on one machine apart. */
  instance: string;
  /** Under PA_DATA, outside every workspace; shared by all workers of the instance. */
  stateDir: string;
  /** PaperAgent's folder in the user's cache folder, shared by all clones. */
  cacheDir: string;
  /** Takes one line, such as what cannot be enforced on this machine, or what went wrong beside a run. */
  log: (line: string) => void;
}

export type ChosenSandbox =
  | { sandbox: Sandbox; kind: Sandbox['kind']; why: string }
  /** `reason` is a sentence for the person who runs this, and for the model when code is to be run. */
  | { sandbox: null; reason: string };

const SET_UP = 'run `npm run sandbox`';

async function docker(config: SandboxConfig): Promise<ChosenSandbox> {
  const { instance, libraries, stateDir, log } = config;
  const found = await findEngine();
  if (!found.found) return { sandbox: null, reason: found.reason };
  const { engine, facts, version } = found;
  const hidden = found.snap ? snapProblem(stateDir) : null;
  if (hidden) return { sandbox: null, reason: hidden };
  const image = sandboxImageTag(config);
  const own = await ownInImage(engine, image);
  if (own === null) return { sandbox: null, reason: `the Docker engine has no image ${image}: ${SET_UP}` };
  for (const what of found.notEnforced) log(`sandbox: this Docker engine does not enforce ${what}`);
  const sandbox = createDockerSandbox({ instance, libraries, own, stateDir, engine, facts, image, log });
  return { sandbox, kind: 'docker', why: `Docker ${version} answers${facts.runtime ? ', with gVisor' : ''}` };
}

async function bubblewrap(config: SandboxConfig): Promise<ChosenSandbox> {
  const found = await findBubblewrap(config);
  if (!found.found)
    return { sandbox: null, reason: found.setUp ? `${found.reason}: ${SET_UP}` : found.reason };
  for (const what of found.notEnforced) config.log(`sandbox: without control groups ${what}`);
  const { bwrap, python } = found;
  const sandbox = createBubblewrapSandbox({ ...config, bwrap, python });
  return { sandbox, kind: 'bubblewrap', why: `${bwrap} works` };
}

/** Asks the engine, or makes a trial sandbox: tens of milliseconds. Never throws for what a machine lacks. */
export async function chooseSandbox(config: SandboxConfig): Promise<ChosenSandbox> {
  const first = config.mode === 'bubblewrap' ? null : await docker(config);
  if (first?.sandbox) return first;
  const second = config.mode === 'docker' ? null : await bubblewrap(config);
  if (second?.sandbox) return first ? { ...second, why: `${second.why}, and ${first.reason}` } : second;
  return none([first, second].flatMap((tried) => tried?.reason ?? []).join('; '));
}

function none(reason: string): ChosenSandbox {
  return { sandbox: null, reason: `code cannot be run here: ${reason}` };
}

/**
 * Makes what the mode needs unless it is there: the image, or the Python environment. In `auto` the image where
 * an engine answers, and the environment where none does or the image cannot be made. Minutes, the first time.
 * @param onProgress takes lines for the person who waits.
 */
export async function setUpSandbox(
  config: SandboxConfig,
  onProgress: (line: string) => void,
): Promise<ChosenSandbox> {
  if (config.mode !== 'bubblewrap') {
    const found = await findEngine();
    if (found.found) {
      try {
        await setUpImage(found.engine, config, onProgress);
        return await chooseSandbox(config);
      } catch (error) {
        onProgress(`the sandbox image could not be made: ${(error as Error).message}`);
      }
    }
    if (config.mode === 'docker') return await chooseSandbox(config);
  }
  const made = await setUpPython(config.cacheDir, config, onProgress);
  const chosen = await chooseSandbox(config);
  return made.available || chosen.sandbox ? chosen : none(made.reason);
}

/**
 * Adds what no first run has to wait for: the further packages of bubblewrap's Python, where one has been made. An
 * image has them all from the start. Minutes, the first time; nothing where they are there.
 */
export async function completeSandbox(config: SandboxConfig, options: LayersOptions): Promise<void> {
  // What stands in its way here was said when it was chosen.
  const chosen = await chooseSandbox({ ...config, log: () => undefined });
  if (chosen.sandbox?.kind !== 'bubblewrap') return;
  const problem = await completeLayersOf(config.cacheDir, config, options);
  if (problem !== null)
    options.onProgress(
      `further Python packages could not be added (${problem}); code runs with what is there, and the next start tries again`,
    );
}
