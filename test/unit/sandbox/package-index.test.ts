/** SANDBOX_PACKAGES from a package index (PEP 503) on this machine, by the real pip: wheels alone, by version and hash. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { readOwnPackages } from '../../../src/domain/own-packages.ts';
import {
  completeLayers,
  environmentFolder,
  mplFolder,
  ownModules,
} from '../../../src/sandbox/bubblewrap/python-environment.ts';
import { completeLayersOf } from '../../../src/sandbox/bubblewrap/python-layers.ts';
import { inBackground, type RunProgram } from '../../../src/sandbox/bubblewrap/run-program.ts';
import type { PythonChoice } from '../../../src/sandbox/python-lists.ts';
import { testWith } from '../../support/needs.ts';
import { zipped } from '../tools/documents.ts';

const test = testWith('Linux', 'Python');

const root = mkdtempSync(join(tmpdir(), 'paperagent-index-'));
/** What the index has, by file name; a change of it after the hash was told is a change on the way. */
const files = new Map<string, Buffer>();
const hashes = new Map<string, string>();
const asked: string[] = [];
const index = createServer((request, response) => {
  const path = request.url ?? '';
  asked.push(path);
  const file = files.get(path.split('/').at(-1) ?? '');
  if (path.startsWith('/files/') && file !== undefined) return response.end(file);
  const project = /^\/simple\/([^/]+)\/$/.exec(path)?.[1];
  const names = [...files.keys()].filter((name) => name.split('-')[0]?.replaceAll('_', '-') === project);
  if (project === undefined || names.length === 0) return response.writeHead(404).end();
  const links = names.map((name) => `<a href="/files/${name}#sha256=${hashes.get(name)}">${name}</a>`);
  response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html>${links.join('')}`);
});
let url: string;
let cacheDir: string;

beforeAll(async () => {
  cacheDir = environment();
  index.listen(0, '127.0.0.1');
  await once(index, 'listening');
  url = `http://127.0.0.1:${(index.address() as AddressInfo).port}/simple/`;
  publish('growth_curves-1.2-py3-none-any.whl', wheel('growth_curves', '1.2', ['half-lives==0.3']));
  publish('half_lives-0.3-py3-none-any.whl', wheel('half_lives', '0.3', []));
  publish('only_source-2.0.tar.gz', Buffer.from('a set-up script would be in here'));
}, 120_000);

afterAll(() => {
  index.close();
  rmSync(root, { recursive: true, force: true });
});

function publish(name: string, bytes: Buffer): void {
  files.set(name, bytes);
  hashes.set(name, createHash('sha256').update(bytes).digest('hex'));
}

function wheel(name: string, version: string, needs: string[]): Buffer {
  const info = `${name}-${version}.dist-info`;
  const requires = needs.map((need) => `Requires-Dist: ${need}\n`).join('');
  const contents = {
    [`${name}.py`]: `VERSION = "${version}"\n`,
    [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n${requires}`,
    [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
  };
  const record = [...Object.keys(contents), `${info}/RECORD`].map((path) => `${path},,\n`).join('');
  return zipped({ ...contents, [`${info}/RECORD`]: record });
}

/** An environment with a Python of its own and pip in it, and none of the lists' packages. */
function environment(): string {
  const cacheDir = mkdtempSync(join(root, 'cache-'));
  const folder = environmentFolder(cacheDir);
  mkdirSync(folder, { recursive: true });
  execFileSync('python3', ['-m', 'venv', join(folder, 'venv')]);
  mkdirSync(mplFolder(cacheDir));
  const made = { basePrefix: '/usr', bundledBwrap: 'bwrap', packages: { found: {}, missing: {} } };
  writeFileSync(join(folder, 'made.json'), JSON.stringify(made));
  return cacheDir;
}

const choose = (packages: string): PythonChoice => ({ libraries: 'few', own: readOwnPackages(packages) });

async function complete(cacheDir: string, choice: PythonChoice): Promise<string | null> {
  const { signal } = new AbortController();
  const pip = inBackground(signal);
  const run: RunProgram = (program, args, env) =>
    pip(program, args, {
      ...env,
      PIP_INDEX_URL: url,
      PIP_CONFIG_FILE: '/dev/null',
      PIP_NO_CACHE_DIR: '1',
      NO_PROXY: '127.0.0.1',
    });
  return await completeLayersOf(cacheDir, choice, { onProgress: () => {}, signal, run });
}

test('W2: packages of SANDBOX_PACKAGES come from the index with what they need, and are importable from their layer', async () => {
  const choice = choose('growth-curves==1.2');
  expect(await complete(cacheDir, choice)).toBeNull();
  const layer = completeLayers(cacheDir, choice).find(({ list }) => list === 'own');
  const site = layer?.site ?? '';
  expect(readFileSync(join(site, 'half_lives.py'), 'utf8')).toContain('0.3');
  expect(ownModules(cacheDir, choice)).toEqual(['growth_curves']);
  expect(asked).toEqual(expect.arrayContaining(['/simple/growth-curves/', '/simple/half-lives/']));
}, 240_000);

test('W2: a package without a wheel is a sentence and its set-up script is not fetched; one that is altered on the way is not installed', async () => {
  expect(await complete(cacheDir, choose('only-source==2.0'))).toBe(
    'SANDBOX_PACKAGES: the package index has no wheel of only-source==2.0 for this Python and machine: mend the name or the version',
  );
  expect(asked).not.toContain('/files/only_source-2.0.tar.gz');
  const altered = wheel('half_lives', '0.3', ['something-else==1']);
  files.set('half_lives-0.3-py3-none-any.whl', altered);
  const choice = choose('half-lives==0.3');
  expect(await complete(cacheDir, choice)).toMatch(/another hash than was told: it was altered/);
  expect(completeLayers(cacheDir, choice)).toEqual([]);
}, 240_000);
