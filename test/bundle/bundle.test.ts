/**
 * A bundle of a real script of the demo's (T14), `npm run test:bundle`: its metadata by the validator of the format's authors,
 * and its results made again in a virtual environment that pip has filled from its requirements. Minutes, and downloads.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MOST_FACTS } from '../../src/domain/runs.ts';
import { bundleFiles, writtenKey } from '../../src/exports/bundle/bundle.ts';
import { printedFacts } from '../../src/recording/printed-facts.ts';

const VALIDATOR = ['roc-validator==0.13.0', 'rocrate==0.16.0'];
const PROFILE = ['-p', 'process-run-crate-0.5', '-l', 'required', '-v'];
/** Two checks that fetch the context by another way. */
const ASKING_W3ID = ['-s', 'ro-crate-1.1_3.1', '-s', 'ro-crate-1.1_3.2'];
const LOCAL_CONTEXT = `import email.message, os, urllib.request
from urllib.response import addinfourl
ask = urllib.request.OpenerDirector.open
context = os.path.join(os.path.dirname(__file__), "rocrate/data/ro-crate.jsonld")
def answer(self, request, *args, **named):
    url = request if isinstance(request, str) else request.full_url
    if not url.startswith("https://w3id.org/ro/crate/1.1/context"):
        return ask(self, request, *args, **named)
    head = email.message.Message()
    head["Content-Type"] = "application/ld+json"
    return addinfourl(open(context, "rb"), head, url, 200)
urllib.request.OpenerDirector.open = answer
`;
const PACKAGES = ['numpy', 'matplotlib'];
const SCRIPT = 'code/monte_carlo.py';
const FIGURES = ['images/pi_convergence.png', 'images/pi_points.png'];
const INSTALL_MS = 600_000;

let folder: string;
let bundle: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  bundle = join(folder, 'bundle');
  const python = environment('first', PACKAGES);
  const code = readFileSync(new URL('../../src/demo-model/python/monte_carlo.py', import.meta.url), 'utf8');
  const lib = new URL('../../src/exports/bundle/', import.meta.url).pathname;
  write(join(folder, 'work', SCRIPT), code);
  const output = execFileSync(python, [join(folder, 'work', SCRIPT)], {
    cwd: join(folder, 'work'),
    encoding: 'utf8',
    env: {
      ...process.env,
      PYTHONPATH: lib,
      RECORDED_NUMBERS: join(folder, 'records'),
      SOURCE_DATE_EPOCH: '946684800',
    },
  });
  const packages = execFileSync(python, ['-m', 'pip', 'freeze'], { encoding: 'utf8' }).trim().split('\n');
  const drawn = FIGURES.map((path) => ({ path, bytes: readFileSync(join(folder, 'work', path)) }));
  const files = bundleFiles({
    ...{ title: 'Estimating π', madeAt: '2026-01-02T03:04:05.000Z', inputs: new Map(), documents: new Map() },
    environment: { python: null, packages },
    runs: [
      {
        ...{
          number: 1,
          script: SCRIPT,
          code,
          startedAt: '2026-01-01T00:00:00.000Z',
          durationMs: 2_000,
          reads: [],
        },
        writes: drawn.map(({ path, bytes }) => ({
          path,
          sha256: createHash('sha256').update(bytes).digest('hex'),
        })),
        facts: printedFacts(output, MOST_FACTS).facts,
      },
    ],
    paper: new Map([['paper.md', Buffer.from('# Estimating π\n')]]),
    expected: new Map(drawn.map(({ path, bytes }) => [writtenKey(1, path), bytes])),
    numbers: [{ text: '3.14', section: '', state: 'traced', run: 1 }],
  });
  for (const [path, bytes] of files) write(join(bundle, path), bytes);
}, INSTALL_MS);

afterAll(() => rmSync(folder, { recursive: true }));

function write(path: string, content: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** A virtual environment with these, and its Python. */
function environment(name: string, install: string[]): string {
  const venv = join(folder, name);
  execFileSync('python3', ['-m', 'venv', venv]);
  const python = join(venv, 'bin', 'python');
  execFileSync(python, ['-m', 'pip', 'install', '-q', ...install]);
  return python;
}

test(
  'T14: the metadata are a Process Run Crate 0.5',
  () => {
    const python = environment('validator', VALIDATOR);
    // The words of RO-Crate come from the package of its authors: whoever answers for w3id.org may be away.
    const [site = ''] = JSON.parse(
      execFileSync(python, ['-c', 'import json, site; print(json.dumps(site.getsitepackages()))'], {
        encoding: 'utf8',
      }),
    ) as string[];
    writeFileSync(join(site, 'sitecustomize.py'), LOCAL_CONTEXT);
    const done = spawnSync(
      join(dirname(python), 'rocrate-validator'),
      [
        '-y',
        '--disable-color',
        'validate',
        '--no-paging',
        '--skip-availability-check',
        ...ASKING_W3ID,
        ...PROFILE,
        bundle,
      ],
      { encoding: 'utf8' },
    );
    expect(done.stdout + done.stderr).not.toMatch(/Traceback/);
    expect({ status: done.status, said: done.status === 0 ? '' : done.stdout }).toEqual({
      status: 0,
      said: '',
    });
  },
  INSTALL_MS,
);

test(
  'T14: in an environment filled from its requirements it gives the expected bytes again',
  () => {
    const python = environment('again', ['-r', join(bundle, 'requirements.txt')]);
    const done = spawnSync(python, ['reproduce.py'], { cwd: bundle, encoding: 'utf8' });
    expect(done.stdout).toContain('Everything is as it was.');
    expect(done.status).toBe(0);
    for (const path of FIGURES)
      expect(
        readFileSync(join(bundle, 'reproduced', path)).equals(
          readFileSync(join(bundle, 'expected', writtenKey(1, path))),
        ),
      ).toBe(true);
  },
  INSTALL_MS,
);
