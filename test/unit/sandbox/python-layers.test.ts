import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import {
  completeLayers,
  environmentFolder,
  foundPackages,
  layerFolder,
  mplFolder,
} from '../../../src/sandbox/bubblewrap/python-environment.ts';
import { completeLayersOf } from '../../../src/sandbox/bubblewrap/python-layers.ts';
import type { RunProgram } from '../../../src/sandbox/bubblewrap/run-program.ts';
import { packagesOf } from '../../../src/sandbox/python-lists.ts';

const root = mkdtempSync(join(tmpdir(), 'paperagent-layers-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** An environment as set-up leaves it, without a Python in it. */
function environment(): string {
  const cacheDir = mkdtempSync(join(root, 'cache-'));
  const folder = environmentFolder(cacheDir);
  mkdirSync(join(folder, 'venv/bin'), { recursive: true });
  writeFileSync(join(folder, 'venv/bin/python'), '');
  mkdirSync(mplFolder(cacheDir));
  const made = { basePrefix: '/usr', bundledBwrap: 'bwrap', packages: { found: {}, missing: {} } };
  writeFileSync(join(folder, 'made.json'), JSON.stringify(made));
  return cacheDir;
}

/** pip and the look at packages, without either. `onInstall` may fail, as they do. */
function programs(onInstall: (target: string, count: number) => void | Promise<void> = () => {}) {
  const targets: string[] = [];
  const run: RunProgram = async (_, args) => {
    if (args.includes('pip')) {
      const target = args[args.indexOf('--target') + 1] as string;
      targets.push(target);
      await onInstall(target, targets.length);
      mkdirSync(join(target, 'bin'), { recursive: true });
      writeFileSync(join(target, 'bin', `tool-${targets.length}`), '');
      writeFileSync(join(target, `package_${targets.length}.py`), '');
      return '';
    }
    const found = Object.fromEntries(packagesOf('libraries').map(({ module }) => [module, '1.0']));
    return JSON.stringify({ found, missing: {} });
  };
  return { run, targets };
}

function complete(cacheDir: string, run: RunProgram, signal = new AbortController().signal) {
  const said: string[] = [];
  const done = completeLayersOf(cacheDir, 'usual', { onProgress: (line) => said.push(line), signal, run });
  return { done, said };
}

test('W1: a list appears whole: a run that starts while it is installed sees nothing of it', async () => {
  const cacheDir = environment();
  const seen: number[] = [];
  const { run, targets } = programs(() => void seen.push(completeLayers(cacheDir, 'usual').length));
  expect(await complete(cacheDir, run).done).toBeNull();
  expect(targets.length).toBeGreaterThan(1);
  expect(new Set(seen)).toEqual(new Set([0]));
  const [layer] = completeLayers(cacheDir, 'usual');
  expect(readdirSync(join(layer?.site ?? '', 'bin'))).toHaveLength(targets.length);
  expect(foundPackages(cacheDir, 'usual')[1]?.found).toHaveProperty('openpyxl');
  expect(completeLayers(cacheDir, 'few')).toEqual([]);
});

test('W1: a set-up that ends amid a list goes on there the next time, and keeps no half of a package', async () => {
  const cacheDir = environment();
  const ending = new AbortController();
  const first = programs((target, count) => {
    if (count < 3) return;
    mkdirSync(target, { recursive: true });
    writeFileSync(join(target, 'half.py'), '');
    ending.abort();
    throw new Error('killed');
  });
  expect(await complete(cacheDir, first.run, ending.signal).done).toBeNull();
  expect(completeLayers(cacheDir, 'usual')).toEqual([]);
  const second = programs();
  await complete(cacheDir, second.run).done;
  expect(second.targets[0]).toBe(first.targets[2]);
  const [layer] = completeLayers(cacheDir, 'usual');
  expect(existsSync(join(layer?.site ?? '', 'half.py'))).toBe(false);
  expect(existsSync(`${layerFolder(cacheDir, 'libraries')}.building`)).toBe(false);
});

test('W1: of two starts at once one installs, and both find it done', async () => {
  const cacheDir = environment();
  const entered = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const one = programs((_, count) => {
    entered.resolve();
    return count === 1 ? gate.promise : undefined;
  });
  const other = programs();
  const first = complete(cacheDir, one.run);
  await entered.promise;
  const second = complete(cacheDir, other.run);
  gate.resolve();
  expect(await Promise.all([first.done, second.done])).toEqual([null, null]);
  expect(other.targets).toEqual([]);
  expect(completeLayers(cacheDir, 'usual')).toHaveLength(1);
});

test('W1: what has no build for this machine is left out and said, and the rest is there', async () => {
  const cacheDir = environment();
  let refused = 0;
  const { run } = programs((_, count) => {
    if (count !== 1) return;
    refused += 1;
    throw Object.assign(new Error('pip'), {
      stderr: 'ERROR: No matching distribution found for clarabel==0.11.1\n',
    });
  });
  const { done, said } = complete(cacheDir, run);
  expect(await done).toBeNull();
  expect(refused).toBe(1);
  expect(said).toContainEqual('clarabel is left out: there is no build of it for this machine');
  expect(completeLayers(cacheDir, 'usual')).toHaveLength(1);
});

test('W1: an index that does not answer is said, and nothing is there', async () => {
  const cacheDir = environment();
  const { run } = programs(() => {
    throw Object.assign(new Error('pip'), { stderr: 'WARNING\nERROR: Could not connect' });
  });
  expect(await complete(cacheDir, run).done).toBe('ERROR: Could not connect');
  expect(completeLayers(cacheDir, 'usual')).toEqual([]);
});
