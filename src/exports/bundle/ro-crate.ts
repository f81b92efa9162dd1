/**
 * ro-crate-metadata.json of a bundle (T14): which script made which file from which, as a Process Run Crate 0.5
 * (https://w3id.org/ro/wfrun/process/0.5) on RO-Crate 1.1.
 */

export interface CrateFile {
  /** In the bundle. */
  path: string;
  size: number;
  sha256: string;
  /** Where it is a script. */
  isScript?: boolean;
}

export interface CrateRun {
  number: number;
  /** Of the script in the bundle. */
  script: string;
  startedAt: string;
  durationMs: number;
  /** Of files in the bundle. */
  reads: string[];
  writes: string[];
}

export interface Crate {
  title: string;
  /** When the bundle was made, ISO 8601. */
  madeAt: string;
  python: string | null;
  files: readonly CrateFile[];
  runs: readonly CrateRun[];
}

type Entity = Record<string, unknown>;

const CONTEXT = [
  'https://w3id.org/ro/crate/1.1/context',
  { sha256: 'https://w3id.org/ro/terms/workflow-run#sha256' },
];
const PROCESS = 'https://w3id.org/ro/wfrun/process/0.5';
const PYTHON = '#python';
const SYSTEM = '#paperagent';
const LICENCE = '#licence';

const TYPES: Record<string, string> = {
  csv: 'text/csv',
  gz: 'application/gzip',
  html: 'text/html',
  jpg: 'image/jpeg',
  json: 'application/json',
  md: 'text/markdown',
  pdf: 'application/pdf',
  png: 'image/png',
  py: 'text/x-python',
  svg: 'image/svg+xml',
  txt: 'text/plain',
};

export function roCrate({ title, madeAt, python, files, runs }: Crate): string {
  const there = new Set(files.map(({ path }) => path));
  const graph: Entity[] = [
    {
      '@id': 'ro-crate-metadata.json',
      '@type': 'CreativeWork',
      about: { '@id': './' },
      conformsTo: { '@id': 'https://w3id.org/ro/crate/1.1' },
    },
    {
      '@id': './',
      '@type': 'Dataset',
      name: title,
      description: `The paper "${title}" with the code that its numbers and figures come from, what that code read, and what it gave. reproduce.py makes it again.`,
      datePublished: madeAt,
      license: { '@id': LICENCE },
      publisher: { '@id': SYSTEM },
      conformsTo: { '@id': PROCESS },
      hasPart: alone(files.map(({ path }) => idOf(path))),
      mentions: alone(runs.map(({ number }) => ({ '@id': actionId(number) }))),
    },
    { '@id': PROCESS, '@type': 'CreativeWork', name: 'Process Run Crate', version: '0.5' },
    {
      '@id': LICENCE,
      '@type': 'CreativeWork',
      name: 'No licence was stated',
      description: 'The authors of the paper have not said under which terms it may be used.',
    },
    { '@id': SYSTEM, '@type': 'Organization', name: 'PaperAgent' },
    {
      '@id': PYTHON,
      '@type': 'ComputerLanguage',
      name: 'Python',
      url: { '@id': 'https://www.python.org/' },
      ...(python === null ? {} : { version: python }),
    },
    ...files.map(fileEntity),
    ...runs.map((run) => actionOf(run, there)),
  ];
  return `${JSON.stringify({ '@context': CONTEXT, '@graph': graph }, null, 1)}\n`;
}

function fileEntity({ path, size, sha256, isScript = false }: CrateFile): Entity {
  const extension = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  return {
    ...idOf(path),
    '@type': isScript ? ['File', 'SoftwareSourceCode'] : 'File',
    name: path,
    contentSize: String(size),
    sha256,
    encodingFormat: TYPES[extension] ?? 'application/octet-stream',
    ...(isScript ? { programmingLanguage: { '@id': PYTHON } } : {}),
  };
}

function actionOf(
  { number, script, startedAt, durationMs, reads, writes }: CrateRun,
  there: Set<string>,
): Entity {
  const files = (paths: readonly string[]) => paths.filter((path) => there.has(path)).map(idOf);
  return {
    '@id': actionId(number),
    '@type': 'CreateAction',
    name: `Run ${number} of ${script}`,
    instrument: idOf(script),
    agent: { '@id': SYSTEM },
    startTime: startedAt,
    endTime: new Date(Date.parse(startedAt) + durationMs).toISOString(),
    actionStatus: 'http://schema.org/CompletedActionStatus',
    object: alone(files(reads)),
    result: alone(files(writes)),
  };
}

/** As compact JSON-LD has it: of one there is no list. */
function alone<T>(all: readonly T[]): T | readonly T[] {
  const [only] = all;
  return all.length === 1 && only !== undefined ? only : all;
}

function actionId(number: number): string {
  return `#run-${number}`;
}

/** Paths are URIs there. */
function idOf(path: string): { '@id': string } {
  return { '@id': path.split('/').map(encodeURIComponent).join('/') };
}
