/** Everything that a first start makes or fetches, and that later starts find: nothing here needs a running server. */
import type { Config } from '../config/config.ts';
import { elapsed, type OnProgress } from './progress.ts';
import { prepareSandbox } from './sandbox.ts';
import { buildServer } from './server-build.ts';
import { SetupError } from './setup-error.ts';
import { findTemporal } from './temporal-binary.ts';
import { buildWeb } from './web-build.ts';
import { buildWorkflowBundle, hasWorkflowBundle } from './workflow-bundle.ts';

/**
 * Does all of it side by side; what is there already takes no time and is not mentioned.
 * @throws SetupError
 */
export async function prepareAll(
  config: Config,
  env: NodeJS.ProcessEnv,
  onProgress: OnProgress,
): Promise<void> {
  await Promise.all([
    config.temporal.address === undefined
      ? findTemporal({ env, dataDir: config.dataDir, onProgress })
      : undefined,
    preparePage(onProgress),
    prepareWorkflows(onProgress),
    prepareServer(onProgress),
    prepareSandbox(config, env, onProgress),
  ]);
}

/** The page; what is not mentioned was there already. */
export function preparePage(onProgress: OnProgress): Promise<void> {
  return tellTime(onProgress, 'page', buildWeb);
}

/** The server's code as `npm start` runs it. Where it cannot be bundled it is said why, and the sources serve as well. */
export async function prepareServer(onProgress: OnProgress): Promise<void> {
  try {
    await tellTime(onProgress, 'server', buildServer);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    onProgress(`server: ${error.message}; it runs from its sources, which takes longer to start`);
  }
}

/** The workflow bundle. */
export function prepareWorkflows(onProgress: OnProgress): Promise<void> {
  return tellTime(onProgress, 'workflow bundle', async () =>
    (await hasWorkflowBundle()) ? undefined : buildWorkflowBundle(),
  );
}

/** Says that a piece of work took time, if there was any to do (`undefined`: there was not). */
export async function tellTime(
  onProgress: OnProgress,
  name: string,
  work: () => Promise<unknown>,
): Promise<void> {
  const began = performance.now();
  const beat = setInterval(() => onProgress(`${name}: being built, ${elapsed(began)}`), 10_000);
  try {
    if ((await work()) !== undefined) onProgress(`${name}: built in ${elapsed(began)}`);
  } finally {
    clearInterval(beat);
  }
}
