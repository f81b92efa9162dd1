/** The server's code as a few files, which start in half the time and hold less memory than some 1,600 sources. */
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleFolder, PREFIX } from '../bundle/folder.mjs';
import { BUILD_CACHE, CHECKOUT } from './checkout.ts';
import { runCommand } from './command.ts';
import { oneBuilds } from './one-builds.ts';
import { SetupError } from './setup-error.ts';

/** Processes that began with an older one may still load a part of it. */
const KEPT = 3;

/**
 * Bundles the server's code unless there is a bundle of these very sources.
 * @throws SetupError with the bundler's words, or the system's where the checkout cannot be written to
 */
export async function buildServer(): Promise<'built' | undefined> {
  const { folder } = bundleFolder();
  try {
    return await oneBuilds(
      'server',
      () => bundleFolder().isMade,
      () => build(folder),
    );
  } catch (error) {
    if (error instanceof SetupError) throw error;
    throw new SetupError(`the server's code could not be bundled: ${(error as Error).message}`);
  }
}

async function build(folder: string): Promise<void> {
  const draft = join(BUILD_CACHE, 'server.new');
  await rm(draft, { recursive: true, force: true });
  // In a process of its own: a bundler leaves its process large.
  const { code, output } = await runCommand(
    process.execPath,
    [join(CHECKOUT, 'src', 'bundle', 'build.ts'), draft],
    { cwd: CHECKOUT, env: { ...process.env, NO_COLOR: '1' } },
  );
  if (code !== 0) throw new SetupError(`the server's code could not be bundled:\n${output}`);
  await removeOld();
  await rename(draft, folder);
}

async function removeOld(): Promise<void> {
  const names = (await readdir(BUILD_CACHE)).filter((name) => name.startsWith(PREFIX));
  const made = await Promise.all(
    names.map(async (name) => ({ name, at: (await stat(join(BUILD_CACHE, name))).mtimeMs })),
  );
  for (const { name } of made.sort((a, b) => b.at - a.at).slice(KEPT - 1))
    await rm(join(BUILD_CACHE, name), { recursive: true, force: true });
}
