/** The one seam to the sandbox's own set-up, and to choosing one. */
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import {
  type ChosenSandbox,
  chooseSandbox,
  completeSandbox,
  type SandboxConfig,
  setUpSandbox,
} from '../sandbox/choose-sandbox.ts';
import { cacheFolder } from './cache-folder.ts';
import { keptInstanceLabel } from './instance-label.ts';
import type { OnProgress } from './progress.ts';
import { SetupError } from './setup-error.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Prepares the place where generated code runs. A machine that has none still serves everything else: what is
 * missing is said here, and again when code is to be run.
 * @throws SetupError where Docker is required and does not serve
 */
export async function prepareSandbox(
  config: Config,
  env: Environment,
  onProgress: OnProgress,
): Promise<void> {
  const settings = await sandboxSettings(config, env, onProgress);
  const chosen = await setUpSandbox(settings, (line) => onProgress(`sandbox: ${line}`));
  if (chosen.sandbox === null) onProgress(`sandbox: ${chosen.reason}`);
  if (config.requireDocker && config.sandbox !== 'bubblewrap' && chosen.sandbox?.kind !== 'docker') {
    throw new SetupError('REQUIRE_DOCKER is set (or CI is), and no Docker engine runs code here');
  }
}

/**
 * Adds the packages that no first run waits for, behind whatever runs. Never throws for what a machine or a network
 * lacks: that is said.
 */
export async function completePython(
  config: Config,
  env: Environment,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<void> {
  const settings = await sandboxSettings(config, env, onProgress);
  await completeSandbox(settings, { onProgress: (line) => onProgress(`python: ${line}`), signal });
}

/** What a worker runs code in; quick, for the set-up was done before. `log` takes what cannot be enforced. */
export async function findSandbox(
  config: Config,
  env: Environment,
  log: (line: string) => void,
): Promise<ChosenSandbox> {
  return await chooseSandbox(await sandboxSettings(config, env, log));
}

/** What the sandbox has to know of this data folder. `log` takes what cannot be enforced. */
export async function sandboxSettings(
  config: Config,
  env: Environment,
  log: (line: string) => void,
): Promise<SandboxConfig> {
  return {
    mode: config.sandbox,
    libraries: config.sandboxLibraries,
    own: config.sandboxPackages,
    instance: keptInstanceLabel(config.dataDir),
    stateDir: join(config.dataDir, 'sandbox'),
    cacheDir: await cacheFolder({ env, dataDir: config.dataDir }),
    log,
  };
}
