/**
 * Bundles the server's code, with the packages that it loads: `node src/bundle/build.ts FOLDER`, a folder beside the
 * bundle's own (folder.mjs), for the code finds the checkout from where it lies.
 */
import { readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Plugin, rolldown } from 'rolldown';
import { onlyAscii } from './only-ascii.ts';

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));
const ENTRIES = join(CHECKOUT, 'src', 'main');
const sibling = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** What is loaded from its package. */
const OUTSIDE = [
  // Large, and seldom wanted: from workflow-bundler.cjs.
  '@temporalio/worker/lib/workflow/bundler.js',
  // It starts Docker's clients, which bring ssh and its native code.
  'dockerode',
  // Native code.
  '@napi-rs/canvas',
  '@node-rs/argon2',
  // Looked for, and not there.
  'pg-native',
  'bufferutil',
  'utf-8-validate',
];

/** Ours that ask for where the bundle lies. */
const LINKED = ['checkout.mjs', 'workflow-thread.mjs'].map(sibling);

/** Each module goes on knowing where its own file lies, and so finds what lies beside it: data, threads, programs. */
const places: Plugin = {
  name: 'places',
  transform: {
    filter: { code: /import\.meta\.url|__dirname|__filename/ },
    handler(code, id) {
      // Not the bundler's own, which lie in the bundle.
      if (LINKED.includes(id) || !id.startsWith(CHECKOUT)) return null;
      const file = JSON.stringify(relative(CHECKOUT, id));
      const here = JSON.stringify(sibling('checkout.mjs'));
      if (/\bimport\.meta\.url\b/.test(code))
        return {
          code: `import { urlOf as __urlOf } from ${here};${code.replaceAll(/\bimport\.meta\.url\b/g, `__urlOf(${file})`)}`,
          map: null,
        };
      const folder = JSON.stringify(dirname(relative(CHECKOUT, id)));
      const where = `const __filename = require(${here}).pathOf(${file}), __dirname = require(${here}).pathOf(${folder});`;
      return { code: where + code, map: null };
    },
  },
};

/** Temporal's worker: its thread is bundled as well, and what makes workflow bundles is left out. */
const temporal: Plugin = {
  name: 'temporal',
  resolveId: {
    filter: { id: /^\.\/workflow\/bundler$/ },
    handler: (_source, importer) =>
      importer?.includes('/@temporalio/worker/') ? sibling('workflow-bundler.cjs') : null,
  },
  transform: {
    filter: { id: /\/@temporalio\/worker\/lib\/workflow\/threaded-vm\.js$/ },
    handler(code) {
      const asked = "require.resolve('./workflow-worker-thread')";
      if (!code.includes(asked)) throw new Error('it starts its thread in another way than it used to');
      const file = JSON.stringify(sibling('workflow-thread.mjs'));
      return { code: code.replace(asked, `require(${file}).WORKFLOW_THREAD`), map: null };
    },
  },
};

/** V8 holds a text that has one other character in two bytes a character, and a file's text as long as its code. */
const ascii: Plugin = {
  name: 'ascii',
  renderChunk: { order: 'post', handler: (code) => ({ code: onlyAscii(code), map: null }) },
};

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: node src/bundle/build.ts FOLDER');
const names = readdirSync(ENTRIES)
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.slice(0, -'.ts'.length));

const bundle = await rolldown({
  cwd: CHECKOUT,
  platform: 'node',
  input: {
    ...Object.fromEntries(names.map((name) => [name, join(ENTRIES, `${name}.ts`)])),
    'workflow-thread': '@temporalio/worker/lib/workflow/workflow-worker-thread.js',
  },
  external: OUTSIDE,
  plugins: [places, temporal, ascii],
});
await bundle.write({
  dir: folder,
  format: 'esm',
  entryFileNames: '[name].mjs',
  chunkFileNames: '[name]-[hash].mjs',
  // Names stay: stacks and logs show them.
  minify: false,
  comments: false,
  sourcemap: true,
  sourcemapExcludeSources: true,
});
await bundle.close();
