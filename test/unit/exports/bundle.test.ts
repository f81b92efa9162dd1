/** The bundle of a Work (T14): unpacked, it makes its results again with Python alone. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createCanvas } from '@napi-rs/canvas';
import { unpack } from '../../../src/documents/zip.ts';
import { type BundleSource, bundleFiles, writtenKey, zipOf } from '../../../src/exports/bundle/bundle.ts';
import { numbersCsv } from '../../../src/exports/bundle/numbers-csv.ts';
import { requirementsOf } from '../../../src/exports/bundle/requirements.ts';

const FIRST = `import csv
from paperagent import record
with open("attachments/in.csv") as file:
    values = [float(row["x"]) for row in csv.DictReader(file)]
with open("data/mean.txt", "w") as file:
    file.write(f"{sum(values) / len(values)}\\n")
record("mean", sum(values) / len(values))
print(f"mean={sum(values) / len(values):.3f}")
`;
const SECOND = `print(f"double={2 * float(open('data/mean.txt').read()):.3f}")
`;
const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');
const MEAN = '2.5\n';

const source: BundleSource = {
  ...{ title: 'On means', madeAt: '2026-01-02T03:04:05.000Z' },
  environment: { python: null, packages: ['numpy==2.2.6', 'pandas==2.3.0'], sandbox: 'bubblewrap' },
  runs: [
    {
      ...{
        number: 3,
        script: 'code/first.py',
        code: FIRST,
        startedAt: '2026-01-01T00:00:00.000Z',
        durationMs: 1_200,
      },
      reads: ['attachments/in.csv'],
      writes: [{ path: 'data/mean.txt', sha256: sha256(MEAN) }],
      facts: [{ name: 'mean', value: '2.5', source: 'record', scriptLine: 7, line: 1 }],
    },
    {
      ...{
        number: 4,
        script: 'code/second.py',
        code: SECOND,
        startedAt: '2026-01-01T00:01:00.000Z',
        durationMs: 900,
      },
      reads: ['data/mean.txt'],
      writes: [],
      facts: [{ name: 'double', value: '5.000', source: 'printed', line: 1 }],
    },
  ],
  paper: new Map([['paper.md', Buffer.from('# On means\n\nThe mean is 2.5.\n')]]),
  inputs: new Map([['attachments/in.csv', Buffer.from('x\n1\n4\n')]]),
  expected: new Map([[writtenKey(3, 'data/mean.txt'), Buffer.from(MEAN)]]),
  documents: new Map([['paper.pdf', Buffer.from('%PDF-')]]),
  numbers: [
    {
      text: '2.5',
      section: 'On means',
      state: 'traced',
      name: 'mean',
      value: '2.5',
      run: 3,
      scriptLine: 7,
      outputLine: 1,
    },
  ],
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bundle-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What reproduce.py says of the unpacked bundle, by a Python without any packages. */
function reproduced(name: string, files: Map<string, Buffer>) {
  for (const [path, bytes] of files) {
    const to = join(folder, name, path);
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, bytes);
  }
  const { status, stdout, stderr } = spawnSync('python3', ['-S', 'reproduce.py'], {
    cwd: join(folder, name),
    encoding: 'utf8',
  });
  return { status, said: stdout + stderr };
}

test('T14, O13: unpacked, it runs its scripts in order without PaperAgent, and finds everything as it was', () => {
  const { status, said } = reproduced('good', bundleFiles(source));
  expect(said).toContain('run 3  code/first.py: 2 of 2 results are the same');
  expect(said).toContain('Everything is as it was.');
  expect(status).toBe(0);
});

test.each([
  ['an input', 'inputs/attachments/in.csv', 'x\n1\n5\n', /data\/mean\.txt: 2\.5 became 3\.0/],
  ['a script', 'code/run-004/second.py', "print('double=6.000')\n", /double=5\.000: not found again/],
  [
    'a script that fails',
    'code/run-004/second.py',
    'raise SystemExit(3)\n',
    /code\/second\.py: ended with 3/,
  ],
])('T14: %s that is another now is said, and it ends with 1', (_what, path, content, says) => {
  const files = bundleFiles(source);
  files.set(path, Buffer.from(content));
  const { status, said } = reproduced(sha256(path + content), files);
  expect(said).toMatch(says);
  expect(status).toBe(1);
});

test('T13, T14: reproduce.py looks into what is packed, into numbers and into pictures', () => {
  const picture = (colour: string) => {
    const canvas = createCanvas(40, 30);
    const context = canvas.getContext('2d');
    context.fillStyle = colour;
    context.fillRect(5, 5, 20, 20);
    return canvas.toBuffer('image/png');
  };
  const pairs: [Buffer, Buffer][] = [
    [gzipSync('1,2', { level: 1 }), gzipSync('1,2.0000001', { level: 9 })],
    [picture('#808080'), picture('#828282')],
    [picture('#808080'), picture('#f08080')],
    [Buffer.from('a 1'), Buffer.from('b 1')],
  ];
  const calls = pairs.map(
    (pair) =>
      `print(compare_bytes(${pair.map((bytes) => `bytes.fromhex("${bytes.toString('hex')}")`).join(', ')}))`,
  );
  const program = `from reproduce import *\n${calls.join('\n')}`;
  const said = execFileSync('python3', ['-c', program], {
    cwd: new URL('../../../src/exports/bundle/', import.meta.url),
    encoding: 'utf8',
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
  });
  expect(said.trim().split('\n')).toEqual([
    'same values',
    'looks the same',
    expect.stringContaining('of its pixels differ'),
    'other text',
  ]);
});

test('T14: the metadata say which script made which file from which', () => {
  const files = bundleFiles(source);
  const { '@graph': graph } = JSON.parse(String(files.get('ro-crate-metadata.json'))) as {
    '@graph': Record<string, unknown>[];
  };
  const of = (id: string) => graph.find((entity) => entity['@id'] === id);
  expect(of('#run-4')).toMatchObject({
    '@type': 'CreateAction',
    instrument: { '@id': 'code/run-004/second.py' },
    object: { '@id': 'expected/run-003/data/mean.txt' },
    endTime: '2026-01-01T00:01:00.900Z',
  });
  expect(of('#run-3')).toMatchObject({ object: { '@id': 'inputs/attachments/in.csv' } });
  for (const entity of (of('./')?.hasPart ?? []) as { '@id': string }[])
    expect(files.has(decodeURIComponent(entity['@id']))).toBe(true);
});

test('T14: the same content is the same zip', async () => {
  const files = bundleFiles(source);
  const zip = await zipOf(files, source.madeAt);
  expect(await zipOf(bundleFiles(source), source.madeAt)).toEqual(zip);
  const names = [...unpack(zip, () => true, 1024 ** 2).keys()];
  expect(names).toEqual([...files.keys()].map((path) => `bundle/${path}`).sort());
});

test('T14: packages that scripts import are asked for, all others are bound', () => {
  const scripts = [
    'import numpy as np, os\nfrom sklearn.linear_model import Ridge\n',
    "import pandas as pd\npd.read_excel('a.xlsx')\nimport helper\n",
  ];
  const packages = ['numpy==2.2.6', 'scikit-learn==1.7.0', 'pandas==2.3.0', 'openpyxl==3.1.5', 'six==1.17.0'];
  const { requirements, constraints } = requirementsOf(scripts, packages);
  expect(requirements).toBe('-c constraints.txt\nnumpy\nopenpyxl\npandas\nscikit-learn\n');
  expect(constraints.trim().split('\n')).toHaveLength(packages.length);
});

test('T14: numbers.csv has what a spreadsheet reads, and nothing that it would reckon', () => {
  const csv = numbersCsv([
    { text: '−0.5 %', section: '=HYPERLINK("x"), "a"', state: 'traced', value: '-0.5' },
  ]);
  expect(csv.split('\r\n')[1]).toBe('−0.5 %,"\'=HYPERLINK(""x""), ""a""",traced,,-0.5,,,,,');
});
