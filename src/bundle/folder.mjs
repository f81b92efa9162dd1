/** Where the bundle of these very sources lies, if it was made. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { contentHash } from './content-hash.mjs';

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));

/** What ends up in it; of the packages, their exact versions. */
const SOURCES = ['src', 'package-lock.json'];

/** What all bundles' folders begin with. */
export const PREFIX = 'server-';

/**
 * Its folder is named by what it is made from, so that no other bundle can be taken for it. It comes under its name
 * when it is whole.
 */
export function bundleFolder() {
  const folder = join(
    CHECKOUT,
    'node_modules/.cache/paperagent',
    PREFIX + contentHash(CHECKOUT, SOURCES).slice(0, 24),
  );
  return { folder, isMade: existsSync(folder) };
}
