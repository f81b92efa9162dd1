/** In place of an entry point of src/main, its bundle is loaded. */
import { existsSync } from 'node:fs';
import { flushCompileCache, registerHooks } from 'node:module';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleFolder } from './folder.mjs';

/** These see to the bundle themselves, or speak to a person who has no use for the line. */
const SILENT = ['start', 'ask'];

/** By then a process is up, and has compiled what it runs. */
const COMPILED_MS = 5_000;

/** To be called before the entry point is looked for. */
export async function runBundled() {
  const name = basename(process.argv[1] ?? '', '.ts');
  const entry = new URL(`../main/${name}.ts`, import.meta.url).href;
  const { folder } = bundleFolder();
  const bundled = join(folder, `${name}.mjs`);
  if (!existsSync(bundled)) {
    if (!SILENT.includes(name)) sayThatThereIsNone(name);
    return;
  }
  const { showSources } = await import('./source-positions.mjs');
  showSources(folder);
  // Kept by the first process of these sources for the next: one that is killed keeps nothing as it ends.
  setTimeout(flushCompileCache, COMPILED_MS).unref();
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      if (found.url !== entry) return found;
      hooks.deregister();
      return { ...found, url: pathToFileURL(bundled).href, format: 'module' };
    },
  });
}

/** As a line of the log, for those who have one: it comes before the logger. */
function sayThatThereIsNone(name) {
  const msg =
    'these sources were not bundled (npm run build does it): they are run as they are, which takes longer to start';
  console.error(JSON.stringify({ level: 40, time: Date.now(), role: name, pid: process.pid, msg }));
}
