/** A hash over files and folders, to know whether what was made from them is still right. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const SKIPPED = new Set(['node_modules', 'dist']);

/**
 * The hash of the names and contents of all files under `paths` (files or folders, relative to `root`), in a
 * fixed order. Folders called node_modules or dist are left out. Synchronous: each process asks for it before it loads
 * anything else, and a promise a file would take longer than the reading.
 */
export function contentHash(root, paths) {
  const hash = createHash('sha256');
  for (const path of paths) {
    for (const file of filesUnder(root, path).sort()) {
      const content = readFileSync(join(root, file));
      hash.update(`${file}\0${content.length}\0`).update(content);
    }
  }
  return hash.digest('hex');
}

/** Relative to `root`, as they are to be hashed. */
function filesUnder(root, path) {
  if (!statSync(join(root, path)).isDirectory()) return [path];
  return readdirSync(join(root, path), { withFileTypes: true })
    .filter((entry) => !SKIPPED.has(entry.name) && !entry.name.startsWith('.') && !entry.isSymbolicLink())
    .flatMap((entry) => {
      const inside = `${path}/${entry.name}`;
      return entry.isDirectory() ? filesUnder(root, inside) : [inside];
    });
}
