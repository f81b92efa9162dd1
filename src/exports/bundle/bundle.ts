/**
 * The reproducible bundle of a Work (T14): paper, code, what the code read, what it gave, and a program that makes it again
 * with Python alone. A zip of the same bytes for the same content.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import type { Fact } from '../../domain/provenance/types.ts';
import { type NumberRow, numbersCsv } from './numbers-csv.ts';
import { requirementsOf } from './requirements.ts';
import { roCrate } from './ro-crate.ts';

export interface BundleRun {
  number: number;
  /** In the workspace. */
  script: string;
  code: string;
  startedAt: string;
  durationMs: number;
  /** Paths in the workspace. */
  reads: string[];
  writes: { path: string; sha256: string }[];
  facts: Fact[];
}

export interface BundleSource {
  title: string;
  /** ISO 8601. */
  madeAt: string;
  /** Where the newest run ran. */
  environment: { python: string | null; packages: string[] } & Record<string, unknown>;
  /** In their order. */
  runs: BundleRun[];
  /** Files by their paths in the workspace: the paper with what it shows, what no run made. */
  paper: ReadonlyMap<string, Buffer>;
  inputs: ReadonlyMap<string, Buffer>;
  /** What runs wrote, as far as it is small, by `writtenKey`. */
  expected: ReadonlyMap<string, Buffer>;
  /** Documents that were made of the paper, by their names. */
  documents: ReadonlyMap<string, Buffer>;
  numbers: NumberRow[];
}

/** Names a file as a run wrote it; of one path that several runs write each has its own. */
export function writtenKey(run: number, path: string): string {
  return `${folderOf(run)}/${path}`;
}

/** The files of the bundle, by their paths in it. */
export function bundleFiles(source: BundleSource): Map<string, Buffer> {
  const { environment, runs, numbers } = source;
  const files = new Map<string, Buffer>();
  const put = (path: string, content: string | Buffer) => files.set(path, Buffer.from(content));
  for (const [path, bytes] of source.paper) put(`paper/${path}`, bytes);
  for (const [name, bytes] of source.documents) put(`documents/${name}`, bytes);
  for (const [path, bytes] of source.inputs) put(`inputs/${path}`, bytes);
  for (const run of runs) put(sourceOf(run), run.code);
  for (const [key, bytes] of source.expected) put(`expected/${key}`, bytes);
  put('runs.json', planOf(source));
  put('numbers.csv', numbersCsv(numbers));
  put('environment.json', `${JSON.stringify(environment, null, 1)}\n`);
  const { requirements, constraints } = requirementsOf(
    runs.map(({ code }) => code),
    environment.packages,
  );
  put('requirements.txt', requirements);
  put('constraints.txt', constraints);
  put('reproduce.py', readFileSync(new URL('./reproduce.py', import.meta.url)));
  put('lib/paperagent.py', readFileSync(new URL('./paperagent.py', import.meta.url)));
  put('README.md', readme(source));
  put('ro-crate-metadata.json', crateOf(source, files));
  return files;
}

export async function zipOf(files: ReadonlyMap<string, Buffer>, madeAt: string): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [path, bytes] of [...files].sort(([a], [b]) => (a < b ? -1 : 1)))
    zip.addBuffer(bytes, `bundle/${path}`, { mtime: new Date(madeAt), mode: 0o100644 });
  zip.end();
  return await buffer(zip.outputStream as NodeJS.ReadableStream);
}

function folderOf(run: number): string {
  return `run-${String(run).padStart(3, '0')}`;
}

function sourceOf({ number, script }: BundleRun): string {
  return `code/${folderOf(number)}/${script.replace(/^code\//, '')}`;
}

/** What reproduce.py does, and what it compares to. */
function planOf({ environment, runs }: BundleSource): string {
  const plan = {
    python: environment.python,
    runs: runs.map((run) => ({
      number: run.number,
      script: run.script,
      source: sourceOf(run),
      expected: `expected/${folderOf(run.number)}`,
      writes: Object.fromEntries(run.writes.map(({ path, sha256 }) => [path, sha256])),
      facts: run.facts.map(({ name, value, source, line }) => ({
        name,
        value,
        source,
        ...(line === undefined ? {} : { line }),
      })),
    })),
  };
  return `${JSON.stringify(plan, null, 1)}\n`;
}

function crateOf(
  { title, madeAt, environment, runs }: BundleSource,
  files: ReadonlyMap<string, Buffer>,
): string {
  const scripts = new Set(runs.map(sourceOf));
  /** Where a file that a run read lies: as it came, or as the last run before wrote it. */
  const lies = (path: string, before: number) => {
    const maker = runs.findLast(
      ({ number, writes }) => number < before && writes.some((file) => file.path === path),
    );
    return maker === undefined ? `inputs/${path}` : `expected/${writtenKey(maker.number, path)}`;
  };
  return roCrate({
    ...{ title, madeAt, python: environment.python },
    files: [...files].map(([path, bytes]) => ({
      ...{ path, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') },
      isScript: scripts.has(path) || path === 'reproduce.py',
    })),
    runs: runs.map((run) => ({
      ...{ number: run.number, script: sourceOf(run), startedAt: run.startedAt, durationMs: run.durationMs },
      reads: run.reads.map((path) => lies(path, run.number)),
      writes: run.writes.map(({ path }) => `expected/${writtenKey(run.number, path)}`),
    })),
  });
}

function readme({ title, environment, runs }: BundleSource): string {
  return `# ${title}: the paper and what it rests on

To make the results again, with Python ${environment.python ?? '3.9 or newer'}:

    python3 -m venv venv
    venv/bin/pip install -r requirements.txt
    venv/bin/python reproduce.py

It runs ${runs.length === 1 ? 'one script' : `${runs.length} scripts`} in a folder of its own (reproduced/) and says whether what they write and print is what they wrote and
printed when the paper was made. Other versions of Python, its packages, fonts or the processor may change last digits
and pixels; environment.json says what there was.

| | |
|---|---|
| paper/ | the paper, its references and figures |
| documents/ | documents that were made of it |
| code/ | the scripts, by the run that they were |
| inputs/ | attachments and data that no script made |
| expected/ | what each run wrote, where it is small |
| runs.json | the runs in their order, with the hashes and numbers that are compared |
| numbers.csv | each number of the paper, with its run and the lines of script and output |
| requirements.txt, constraints.txt | packages that the scripts import, and the versions of all that there were |
| ro-crate-metadata.json | the same for programs: a Process Run Crate |
`;
}
