/** What a first visit of a Work's page loads. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { CHECKOUT } from '../../src/setup/checkout.ts';

type Manifest = Record<string, { file: string; imports?: string[]; css?: string[] }>;

const FIRST = ['index.html', 'src/pages/work-page.vue'];
/** What every visit asks for as soon as that is there. */
const PANES = ['src/conversation/thread-view.vue', 'src/paper/paper-pane.vue'];

export interface FirstLoad {
  /** The entry, the page's chunk and all that they import at once. */
  scripts: number;
  /** The same with what shows a conversation and its paper. */
  withPanes: number;
  styles: number;
}

/** Bytes of gzip, of the page as it was built last; what is fetched later (KaTeX, Shiki, the editor) is not in it. */
export function firstLoad(): FirstLoad {
  const dist = join(CHECKOUT, 'web', 'dist');
  const manifest = JSON.parse(readFileSync(join(dist, '.vite', 'manifest.json'), 'utf8')) as Manifest;
  function chunksOf(keys: readonly string[]): Manifest[string][] {
    const chunks = new Map<string, Manifest[string]>();
    const follow = (key: string) => {
      const chunk = manifest[key];
      if (chunk === undefined) throw new Error(`the build has no ${key}`);
      if (chunks.has(key)) return;
      chunks.set(key, chunk);
      chunk.imports?.forEach(follow);
    };
    keys.forEach(follow);
    return [...chunks.values()];
  }
  const total = (files: Iterable<string>) =>
    [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(dist, file)), { level: 9 }).length, 0);
  const scripts = (keys: readonly string[]) => total(new Set(chunksOf(keys).map(({ file }) => file)));
  return {
    scripts: scripts(FIRST),
    withPanes: scripts([...FIRST, ...PANES]),
    styles: total(new Set(chunksOf([...FIRST, ...PANES]).flatMap(({ css }) => css ?? []))),
  };
}
