/** Making folders inside a workspace, without following links and with the owner that the sandbox needs (S2). */
import { mkdir } from 'node:fs/promises';
import { codeOf } from '../system-error.ts';
import type { Directory, Owner, Walk } from './directory.ts';

/** As `withDirectory`, with the folders made that are missing. `owner` is whom new entries must be given to. */
export async function withMadeDirectory<T>(
  walk: Walk,
  root: string,
  segments: string[],
  use: (directory: Directory, owner: Owner | undefined) => Promise<T>,
): Promise<T> {
  let directory = await walk.openRoot(root);
  try {
    const owner = newOwner(await directory.owner());
    for (const name of segments) {
      const next = await openOrMake(walk, directory, name, owner);
      await directory.close();
      directory = next;
    }
    return await use(directory, owner);
  } finally {
    await directory.close();
  }
}

/** Root writes for the workspace's owner, else code in the sandbox could not change what a tool wrote. */
function newOwner(owner: Owner): Owner | undefined {
  return process.getuid?.() === 0 && owner.uid !== 0 ? owner : undefined;
}

async function openOrMake(walk: Walk, parent: Directory, name: string, owner?: Owner): Promise<Directory> {
  try {
    return await walk.open(parent, name);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  await mkdir(parent.entry(name), 0o700).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
  const made = await walk.open(parent, name);
  if (owner !== undefined) await made.chown(owner);
  return made;
}
