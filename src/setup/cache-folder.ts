/** Where what was fetched or built is kept for all checkouts of this user. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { SetupError } from './setup-error.ts';

/**
 * PaperAgent's folder in the user's cache folder (XDG_CACHE_HOME or ~/.cache), or one under `dataDir` where that
 * cannot be written.
 * @throws SetupError where neither can
 */
export async function cacheFolder({
  env,
  dataDir,
}: {
  env: Readonly<Record<string, string | undefined>>;
  dataDir: string;
}): Promise<string> {
  const base = env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache');
  for (const folder of [join(base, 'paperagent'), join(dataDir, 'cache')]) {
    try {
      await mkdir(folder, { recursive: true });
      await rm(await mkdtemp(join(folder, 'probe-')), { recursive: true });
      return folder;
    } catch {
      // Not writable: the next one.
    }
  }
  throw new SetupError(`neither ${base} nor ${dataDir} can be written to`);
}
