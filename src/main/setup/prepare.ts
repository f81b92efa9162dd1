/** Everything that a first start makes or fetches, and that later starts find: nothing here needs a running server. */
import type { Config } from '../config.ts';
import { elapsed, type OnProgress } from './progress.ts';
import { prepareSandbox } from './sandbox.ts';
import { findTemporal } from './temporal-binary.ts';
import { buildWeb } from './web-build.ts';
import { buildWorkflowBundle, hasWorkflowBundle } from './workflow-bundle.ts';

export interface Prepared {
  /** Undefined when Temporal is not embedded. */
  temporalBinary: string | undefined;
}

/**
 * Does all of it side by side; what is there already takes no time and is not mentioned.
 * @throws SetupError
 */
export async function prepareAll(
  config: Config,
  env: NodeJS.ProcessEnv,
  onProgress: OnProgress,
): Promise<Prepared> {
  const [temporalBinary] = await Promise.all([
    config.temporalAddress === undefined
      ? findTemporal({ env, dataDir: config.dataDir, onProgress })
      : undefined,
    timed(onProgress, 'page', buildWeb),
    timed(onProgress, 'workflow bundle', async () =>
      (await hasWorkflowBundle()) ? undefined : buildWorkflowBundle(),
    ),
    prepareSandbox(config, onProgress),
  ]);
  return { temporalBinary };
}

/** Says that a piece of work took time, if there was any to do (`undefined`: there was not). */
async function timed(onProgress: OnProgress, name: string, work: () => Promise<unknown>): Promise<void> {
  const began = performance.now();
  const beat = setInterval(() => onProgress(`${name}: being built, ${elapsed(began)}`), 10_000);
  try {
    if ((await work()) !== undefined) onProgress(`${name}: built in ${elapsed(began)}`);
  } finally {
    clearInterval(beat);
  }
}
