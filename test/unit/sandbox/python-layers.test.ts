import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { readOwnPackages } from '../../../src/domain/own-packages.ts';
import {
  completeLayers,
  environmentFolder,
  foundPackages,
  layerFolder,
  mplFolder,
  ownModules,
} from '../../../src/sandbox/bubblewrap/python-environment.ts';
import { completeLayersOf } from '../../../src/sandbox/bubblewrap/python-layers.ts';
import type { RunProgram } from '../../../src/sandbox/bubblewrap/run-program.ts';
import { type PythonChoice, packagesOf } from '../../../src/sandbox/python-lists.ts';

const USUAL: PythonChoice = { libraries: 'usual', own: [] };
const FEW: PythonChoice = { libraries: 'few', own: [] };

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
  const done = completeLayersOf(cacheDir, USUAL, { onProgress: (line) => said.push(line), signal, run });
  return { done, said };
}

test('W1: a list appears whole: a run that starts while it is installed sees nothing of it', async () => {
  const cacheDir = environment();
  const seen: number[] = [];
  const { run, targets } = programs(() => void seen.push(completeLayers(cacheDir, USUAL).length));
  expect(await complete(cacheDir, run).done).toBeNull();
  expect(targets.length).toBeGreaterThan(1);
  expect(new Set(seen)).toEqual(new Set([0]));
  const [layer] = completeLayers(cacheDir, USUAL);
  expect(readdirSync(join(layer?.site ?? '', 'bin'))).toHaveLength(targets.length);
  expect(foundPackages(cacheDir, USUAL)[1]?.found).toHaveProperty('openpyxl');
  expect(completeLayers(cacheDir, FEW)).toEqual([]);
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
  expect(completeLayers(cacheDir, USUAL)).toEqual([]);
  const second = programs();
  await complete(cacheDir, second.run).done;
  expect(second.targets[0]).toBe(first.targets[2]);
  const [layer] = completeLayers(cacheDir, USUAL);
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
  expect(completeLayers(cacheDir, USUAL)).toHaveLength(1);
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
  expect(completeLayers(cacheDir, USUAL)).toHaveLength(1);
});

test('W1: an index that does not answer is said, and nothing is there', async () => {
  const cacheDir = environment();
  const { run } = programs(() => {
    throw Object.assign(new Error('pip'), { stderr: 'WARNING\nERROR: Could not connect' });
  });
  expect(await complete(cacheDir, run).done).toBe('ERROR: Could not connect');
  expect(completeLayers(cacheDir, USUAL)).toEqual([]);
});

/** An operator's own choice, as pip answers it. */
const OWN: PythonChoice = { libraries: 'few', own: readOwnPackages('polars==1.9.0') };
const RESOLVED = {
  install: [
    {
      metadata: { name: 'Polars', version: '1.9.0' },
      download_info: { archive_info: { hashes: { sha256: 'ab12' } } },
    },
    {
      metadata: { name: 'two_more', version: '2' },
      download_info: { archive_info: { hash: 'sha256=cd34' } },
    },
  ],
};

function pipFor(own: { refuses?: string }) {
  const asked: string[][] = [];
  const locks: string[] = [];
  const run: RunProgram = async (_, args) => {
    asked.push(args);
    if (args.includes('--dry-run')) {
      if (own.refuses !== undefined) throw Object.assign(new Error('pip'), { stderr: own.refuses });
      writeFileSync(args[args.indexOf('--report') + 1] as string, JSON.stringify(RESOLVED));
      return '';
    }
    if (!args.includes('pip')) return JSON.stringify({ found: { polars: '1.9.0' }, missing: {} });
    locks.push(readFileSync(args.at(-1) as string, 'utf8'));
    mkdirSync(args[args.indexOf('--target') + 1] as string, { recursive: true });
    return '';
  };
  return { run, asked, locks };
}

async function completeOwn(cacheDir: string, run: RunProgram) {
  const said: string[] = [];
  const options = {
    onProgress: (line: string) => said.push(line),
    signal: new AbortController().signal,
    run,
  };
  return { problem: await completeLayersOf(cacheDir, OWN, options), said };
}

test('W2: an operator’s packages are resolved among the lists’ versions, and installed by version and hash', async () => {
  const cacheDir = environment();
  const { run, asked, locks } = pipFor({});
  const { problem, said } = await completeOwn(cacheDir, run);
  expect(problem).toBeNull();
  expect(locks.join('')).toBe(
    'polars==1.9.0 \\\n    --hash=sha256:ab12\ntwo-more==2 \\\n    --hash=sha256:cd34\n',
  );
  expect(asked[0]).toEqual(expect.arrayContaining(['--only-binary=:all:', '--constraint', 'polars==1.9.0']));
  expect(asked[1]).toEqual(expect.arrayContaining(['--no-deps', '--only-binary=:all:', '--require-hashes']));
  expect(said[0]).toBe('looking for polars==1.9.0 (SANDBOX_PACKAGES)');
  expect(completeLayers(cacheDir, OWN).map(({ list }) => list)).toEqual(['own']);
  expect(ownModules(cacheDir, OWN)).toEqual(['polars']);
  expect(completeLayers(cacheDir, FEW)).toEqual([]);
});

test('W2: a name that the index does not know is said, and everything else is there', async () => {
  const cacheDir = environment();
  const { run } = pipFor({ refuses: 'ERROR: No matching distribution found for polars==1.9.0\n' });
  const { problem } = await completeOwn(cacheDir, run);
  expect(problem).toBe(
    'SANDBOX_PACKAGES: the package index has no wheel of polars==1.9.0 for this Python and machine: mend the name or the version',
  );
  expect(completeLayers(cacheDir, OWN)).toEqual([]);
  expect(foundPackages(cacheDir, OWN)).toHaveLength(1);
  expect((await completeOwn(cacheDir, pipFor({}).run)).problem).toBeNull();
});
