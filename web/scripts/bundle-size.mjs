/**
 * Prints what a first visit of the Work's page loads, as gzip totals, and fails above the limit (U rules).
 * Counted: the entry, the page's chunk and all they import; not what is fetched later (KaTeX, Shiki).
 * `node web/scripts/bundle-size.mjs` after `vite build web`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const LIMIT = 250_000;
const dist = join(import.meta.dirname, '..', 'dist');
const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'));

/** @param {string} key @param {Set<string>} seen */
function load(key, seen) {
  if (seen.has(key)) return;
  seen.add(key);
  for (const other of manifest[key].imports ?? []) load(other, seen);
}

const chunks = new Set();
load('index.html', chunks);
load('src/pages/work-page.vue', chunks);
const scripts = [...chunks].map((key) => manifest[key].file);
const styles = new Set([...chunks].flatMap((key) => manifest[key].css ?? []));

/** @param {Iterable<string>} files */
function total(files) {
  let sum = 0;
  for (const file of files) {
    const size = gzipSync(readFileSync(join(dist, file)), { level: 9 }).length;
    console.log(`${String(size).padStart(8)}  ${file}`);
    sum += size;
  }
  return sum;
}

const script = total(scripts);
const style = total(styles);
console.log(`JavaScript ${script} bytes of gzip (limit ${LIMIT}), CSS ${style}`);
if (script > LIMIT) process.exitCode = 1;
