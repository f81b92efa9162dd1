/** The one seam to the sandbox's own set-up. */
import type { Config } from '../config.ts';
import type { OnProgress } from './progress.ts';

/**
 * Prepares the place where generated code runs. A machine that has none still serves everything else: what is
 * missing is said here, and again when code is to be run.
 */
export async function prepareSandbox(config: Config, onProgress: OnProgress): Promise<void> {
  const path = '../../sandbox/set-up.ts';
  try {
    const { setUpSandbox } = await import(path);
    await setUpSandbox(config, onProgress);
  } catch (error) {
    if (config.requireDocker) throw error;
    onProgress(`sandbox: ${error instanceof Error ? error.message : String(error)}`);
  }
}
