/** A cache folder of a test's own, with the machine's Python in it: what is added or made otherwise there is nobody else's. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import {
  completeLayers,
  environmentFolder,
  layerFolder,
  MPL_INSIDE,
  mplFolder,
} from '../../src/sandbox/bubblewrap/python-environment.ts';
import { SANDBOX_FILES } from '../../src/sandbox/sandbox-files.ts';

/** Fills `own` with what set-up made in `usual`, the first list alone, or also those that are complete there. */
export function sharePython(usual: string, own: string, lists: 'first' | 'complete'): void {
  const [from, to] = [environmentFolder(usual), environmentFolder(own)];
  mkdirSync(to, { recursive: true });
  symlinkSync(join(from, 'venv'), join(to, 'venv'));
  symlinkSync(mplFolder(usual), mplFolder(own));
  copyFileSync(join(from, 'made.json'), join(to, 'made.json'));
  if (lists === 'complete')
    for (const { list } of completeLayers(usual, { libraries: 'all', own: [] }))
      if (list !== 'own') symlinkSync(layerFolder(usual, list), layerFolder(own, list));
}

/** Makes matplotlib ready in `own` as on a machine that has no fonts at all. */
export function withoutSystemFonts(own: string): void {
  const folder = mplFolder(own);
  rmSync(folder);
  const python = join(environmentFolder(own), 'venv/bin/python');
  const hidden = `from matplotlib import font_manager\nfind = font_manager.findSystemFonts\nfont_manager.findSystemFonts = lambda paths=None, **named: find(paths, **named) if paths else []`;
  const make = `import runpy; runpy.run_path(${JSON.stringify(join(SANDBOX_FILES, 'make_matplotlib_ready.py'))})`;
  execFileSync(python, ['-c', `${hidden}\n${make}`, folder, MPL_INSIDE]);
}
