/** Where what documents are made with may lie on this machine (O5, O10). */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { contentHash } from '../bundle/content-hash.mjs';
import type { PaperToolsOptions } from '../exports/make-paper.ts';
import { findPythonEnvironment, mplFolder } from '../sandbox/bubblewrap/python-environment.ts';
import { cacheFolder } from './cache-folder.ts';

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));

/** What decides what a document looks like, besides the paper and its style. */
const PROGRAM = ['src/exports', 'src/domain', 'src/workspace/image-header.ts', 'package-lock.json'];

/** Where systems keep fonts. */
const SYSTEM_FONTS: Partial<Record<NodeJS.Platform, string[]>> = {
  darwin: ['/Library/Fonts', '/System/Library/Fonts', join(homedir(), 'Library/Fonts')],
  win32: ['C:\\Windows\\Fonts'],
};

/** The operator's own fonts first, then those that the sandbox's set-up brought (W3), then the machine's. */
export async function paperToolsOptions(
  dataDir: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<PaperToolsOptions> {
  const cacheDir = await cacheFolder({ env, dataDir });
  const python = findPythonEnvironment(cacheDir, { libraries: 'few', own: [] });
  return {
    fontFolders: [
      join(dataDir, 'fonts'),
      join(mplFolder(cacheDir), 'fonts'),
      ...(SYSTEM_FONTS[process.platform] ?? [
        '/usr/share/fonts',
        '/usr/local/share/fonts',
        join(homedir(), '.fonts'),
      ]),
    ],
    bwraps: python === null ? [] : [python.bundledBwrap],
    program: () => contentHash(CHECKOUT, PROGRAM),
  };
}
