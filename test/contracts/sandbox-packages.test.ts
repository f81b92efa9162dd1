/** Packages that are added while runs go on (W1): a list is seen by the runs that start once it is complete. */
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { layerFolder } from '../../src/sandbox/bubblewrap/python-environment.ts';
import { chooseSandbox } from '../../src/sandbox/choose-sandbox.ts';
import { DEFAULT_LIMITS, type Sandbox } from '../../src/sandbox/types.ts';
import { testWith } from '../support/needs.ts';
import { sharePython } from '../support/python-cache.ts';
import { sandboxConfig } from '../support/sandbox-under-test.ts';

const test = testWith('bubblewrap');
const folder = mkdtempSync(join(tmpdir(), 'pa-packages-'));
const workspace = join(folder, 'workspaces', randomUUID());
const OWNER = 'agent';
let sandbox: Sandbox;
let cacheDir: string;

beforeAll(async () => {
  mkdirSync(join(workspace, 'code'), { recursive: true });
  mkdirSync(join(folder, 'state'));
  const usual = sandboxConfig('bubblewrap', join(folder, 'state'), 'packages');
  cacheDir = join(folder, 'cache');
  sharePython(usual.cacheDir, cacheDir, 'first');
  const chosen = await chooseSandbox({ ...usual, cacheDir });
  if (!chosen.sandbox) throw new Error(chosen.reason);
  sandbox = chosen.sandbox;
});

afterAll(async () => {
  await sandbox?.release(OWNER);
  await sandbox?.reap({ run: async () => false, agent: async () => false });
  rmSync(folder, { recursive: true, force: true });
});

async function run(code: string, owner = 'nobody'): Promise<string> {
  writeFileSync(join(workspace, 'code/script.py'), code);
  let printed = '';
  await sandbox.run(
    {
      key: { workId: 'packages', turn: 1, toolCallId: randomUUID() },
      ...{ owner, workspace, script: 'code/script.py', limits: DEFAULT_LIMITS },
    },
    {
      progress: { stdout: 0, stderr: 0 },
      mayStart: true,
      signal: new AbortController().signal,
      onOutput: async ({ text }) => {
        printed += text;
      },
    },
  );
  return printed.trim();
}

/** The second list as set-up would complete it: of one package, which is none of those that the machine may have. */
function addList(): void {
  const layer = layerFolder(cacheDir, 'libraries');
  mkdirSync(join(layer, 'site'), { recursive: true });
  writeFileSync(join(layer, 'site/openpyxl.py'), 'name = "added"\n');
  const packages = { found: { openpyxl: '1.0' }, missing: { lightgbm: 'no libgomp' } };
  writeFileSync(join(layer, 'made.json'), JSON.stringify({ packages }));
}

test('W1: what is told and what is there change together, also for who had a sandbox prepared before', async () => {
  expect(sandbox.packages()).toEqual([
    'numbers: numpy, scipy',
    'tables of data: pandas',
    'figures: matplotlib',
  ]);
  expect(await run('import openpyxl')).toContain("No module named 'openpyxl'");
  await sandbox.warm(OWNER, workspace);
  addList();
  expect(sandbox.packages()).toContain('documents: openpyxl');
  expect(sandbox.packages().join()).not.toContain('lightgbm');
  expect(await run('import openpyxl; print(openpyxl.name, openpyxl.__file__)', OWNER)).toBe(
    'added /opt/paperagent/libraries/openpyxl.py',
  );
});
