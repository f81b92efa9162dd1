import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** Smaller than this, a file fits into the first packets anyway. */
const WORTH_IT = 1_400;

/** Lays a gzip copy beside each built text file: the API sends it to whoever accepts one, without work of its own. */
export function precompress(): Plugin {
  let folder = '';
  return {
    name: 'paperagent:precompress',
    apply: 'build',
    configResolved(config) {
      folder = resolve(config.root, config.build.outDir);
    },
    closeBundle() {
      for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        const file = join(folder, name);
        if (!/\.(?:js|css|html|svg)$/.test(name) || statSync(file).size < WORTH_IT) continue;
        writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }));
      }
    },
  };
}
