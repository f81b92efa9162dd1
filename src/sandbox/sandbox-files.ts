/** The folder of files that go into sandboxes, at the top of the repository. */
import { fileURLToPath } from 'node:url';

export const SANDBOX_FILES = fileURLToPath(new URL('../../sandbox/', import.meta.url));
