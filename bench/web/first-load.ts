/** What a first visit of a Work's page loads: the entry, the page's chunk and all that they import at once. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { CHECKOUT } from '../../src/setup/checkout.ts';

type Manifest = Record<string, { file: string; imports?: string[]; css?: string[] }>;

/** Bytes of gzip, of the page as it was built last; what is fetched later (KaTeX, Shiki, the editor) is not in it. */
export function firstLoad(): { scripts: number; styles: number } {
  const dist = join(CHECKOUT, 'web', 'dist');
  const manifest = JSON.parse(readFileSync(join(dist, '.vite', 'manifest.json'), 'utf8')) as Manifest;
  const chunks = new Set<string>();
  function follow(key: string): void {
    if (chunks.has(key)) return;
    chunks.add(key);
    for (const other of manifest[key]?.imports ?? []) follow(other);
  }
  follow('index.html');
  follow('src/pages/work-page.vue');
  const found = [...chunks].flatMap((key) => manifest[key] ?? []);
  const total = (files: Iterable<string>) =>
    [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(dist, file)), { level: 9 }).length, 0);
  return {
    scripts: total(new Set(found.map(({ file }) => file))),
    styles: total(new Set(found.flatMap(({ css }) => css ?? []))),
  };
}
