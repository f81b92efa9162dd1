/**
 * Linked into the bundle, whose files lie in node_modules/.cache/paperagent/server-…: where the checkout is from there.
 * By it each module goes on knowing where its own file lies (build.ts), wherever the checkout is moved to.
 */
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../../../', import.meta.url);

export const urlOf = (file) => new URL(file, ROOT).href;
export const pathOf = (file) => fileURLToPath(new URL(file, ROOT));
