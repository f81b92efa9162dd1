/** A hash over files and folders, to know whether what was made from them is still right. */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';

const SKIPPED = new Set(['node_modules', 'dist']);

/**
 * The hash of the names and contents of all files under `paths` (files or folders, relative to `root`), in a
 * fixed order. Folders called node_modules or dist are left out.
 */
export async function contentHash(root: string, paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths) {
    for (const file of (await filesUnder(join(root, path))).sort()) {
      const content = await readFile(file);
      hash.update(`${relative(root, file)}\0${content.length}\0`).update(content);
    }
  }
  return hash.digest('hex');
}

async function filesUnder(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { withFileTypes: true });
  const nested = entries
    .filter((entry) => !SKIPPED.has(entry.name) && !entry.name.startsWith('.'))
    .map((entry) => (entry.isSymbolicLink() ? [] : filesUnder(join(path, entry.name))));
  return (await Promise.all(nested)).flat();
}
