/** The watch over a running program's workspace: nobody waits for its looks, so none may end the process. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { DEFAULT_LIMITS } from '../../../src/sandbox/types.ts';
import { watchUsage } from '../../../src/sandbox/watch-usage.ts';
import { overWorkspaceLimits } from '../../../src/sandbox/workspace-usage.ts';
import { createArrivals } from '../../support/arrivals.ts';
import { makeFolder } from '../workspace/folder.ts';

const LIMITS = { ...DEFAULT_LIMITS, workspaceFiles: 2 };
let folder: { path: string; clear: () => Promise<void> };
let workspace: string;
let unwatch: () => void;
let over: string[];
let lines: string[];
let arrivals: ReturnType<typeof createArrivals>;

beforeEach(async () => {
  folder = await makeFolder();
  workspace = join(folder.path, 'works', 'work');
  [over, lines] = [[], []];
  arrivals = createArrivals(() => JSON.stringify({ over, lines }));
});
afterEach(async () => {
  unwatch();
  await folder.clear();
});

function watch(): void {
  unwatch = watchUsage(workspace, LIMITS, {
    onOver(used) {
      over.push(used);
      arrivals.arrived();
    },
    log(line) {
      lines.push(line);
      arrivals.arrived();
    },
  });
}

async function fill(): Promise<void> {
  await mkdir(workspace, { recursive: true });
  for (const name of ['a', 'b', 'c']) await writeFile(join(workspace, name), '');
}

test('S6: a workspace that is gone, as a deleted Work’s is, holds nothing, and is no error', async () => {
  await mkdir(workspace, { recursive: true });
  watch();
  await rm(workspace, { recursive: true });
  expect(await overWorkspaceLimits(workspace, LIMITS)).toBeNull();
  await fill();
  await arrivals.first(() => over[0], 'the watch, which goes on');
  expect(over).toEqual(['more than 2 files']);
  expect(lines).toEqual([]);
});

test('S6: a look that fails is told once and had again: the process lives, and the limit still holds', async () => {
  await writeFile(join(folder.path, 'works'), 'a file where a folder should be');
  watch();
  await arrivals.first(() => lines[0], 'a line about the failed look');
  await rm(join(folder.path, 'works'));
  await fill();
  await arrivals.first(() => over[0], 'the limit');
  expect(lines).toEqual([expect.stringMatching(/could not be seen, and is looked at again: ENOTDIR/)]);
});
