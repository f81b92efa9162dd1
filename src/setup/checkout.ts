/** Where this checkout's files are. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root, absolute, without a slash at its end. */
export const CHECKOUT: string = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** Where what was made from the sources is kept; npm ci clears it. */
export const BUILD_CACHE: string = join(CHECKOUT, 'node_modules', '.cache', 'paperagent');
