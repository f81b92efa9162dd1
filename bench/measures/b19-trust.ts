/** B19: what it costs that a paper can be trusted: versions of files, records of runs, and tracing its numbers. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openDatabase } from '../../src/db/database.ts';
import { provenanceOf } from '../../src/domain/provenance/provenance.ts';
import { recordOfRun } from '../../src/recording/record-run.ts';
import { keepAll, keepFiles, type Place } from '../../src/versions/versions.ts';
import { workspaceFolder } from '../../src/workspace/create-workspace.ts';
import { openWorkspace } from '../../src/workspace/workspace.ts';
import { demoPapers, otherManners, sections } from '../../test/provenance/corpus.ts';
import { noise } from '../../test/provenance/measure.ts';
import { newGuest, newWork } from '../client.ts';
import type { Bench, Figure, Measure } from '../measure.ts';
import { openPython } from '../python.ts';
import { median, percentile } from '../statistics.ts';

/** After which a file's times tell whether it has changed. */
const SETTLED_MS = 1_100;
/** Characters of twenty pages. */
const TWENTY_PAGES = 60_000;
const UNBOUND = { account: undefined, guest: undefined };

export const b19: Measure = {
  id: 'B19',
  async run(bench) {
    return [...(await snapshots(bench)), ...tracing(bench), ...(await recording(bench))];
  },
};

/** Some lines of numbers, other ones each time. */
function lines(seed: number): string {
  return Array.from({ length: 60 }, (_, row) => `${row},${Math.sin(seed * 97 + row).toFixed(9)}\n`).join('');
}

interface Files {
  place: Place;
  /** Writes so many files that are other than before, from the first on. */
  change(count: number): Promise<string[]>;
  turn: number;
}

async function snapshots(bench: Bench): Promise<Figure[]> {
  const { appUrl, databaseUrl } = bench.system.instance();
  const account = await newGuest(appUrl);
  const db = openDatabase(databaseUrl, { name: 'bench', max: 2, onIdleError: () => {} });
  const { dataDir } = bench.system;
  let seed = 0;
  async function workWith(count: number): Promise<Files> {
    const workId = await newWork(account);
    const workspace = openWorkspace(workspaceFolder(dataDir, workId));
    const change = async (many: number) => {
      const paths = Array.from({ length: many }, (_, file) => `data/${file % 20}/${file}.csv`);
      for (const path of paths) {
        seed += 1;
        await mkdir(dirname(join(workspace.root, path)), { recursive: true });
        await writeFile(join(workspace.root, path), lines(seed));
      }
      return paths;
    };
    await change(count);
    return { place: { db, dataDir, workId, workspace, shares: UNBOUND }, change, turn: 0 };
  }
  const samples = new Map<string, number[]>();
  async function time(what: string, act: () => Promise<unknown>): Promise<number> {
    const began = performance.now();
    await act();
    const took = performance.now() - began;
    samples.set(what, [...(samples.get(what) ?? []), took]);
    return took;
  }
  const keepTurn = (files: Files) => {
    files.turn += 1;
    return keepAll(files.place, { reason: 'turn', turn: files.turn });
  };
  /** What a turn with one run and one edit waits for: the files before and after the run, and after the edit. */
  async function turn({ place, change }: Files): Promise<void> {
    const before = await place.workspace.snapshot();
    const first = await time('', () => keepAll(place, { reason: 'run' }, before));
    await change(5);
    const after = await place.workspace.snapshot({ previous: before });
    const second = await time('', () => keepAll(place, { reason: 'run' }, after));
    const [path = ''] = await change(1);
    const third = await time('', () => keepFiles(place, { reason: 'tool' }, [path]));
    samples.set(TURN, [...(samples.get(TURN) ?? []), first + second + third]);
  }
  try {
    const [few, many, changing, working] = [
      await workWith(60),
      await workWith(2_000),
      await workWith(60),
      await workWith(60),
    ];
    await delay(SETTLED_MS);
    for (const files of [few, many, changing, working]) await keepTurn(files);
    for (let round = bench.times(60, 3); round > 0; round -= 1) {
      await time('60 files as they were', () => keepTurn(few));
      await time('2,000 files as they were', () => keepTurn(many));
      await changing.change(5);
      await time('60 files, 5 changed', () => keepTurn(changing));
      await turn(working);
      if (round % 10 !== 0 && round !== 1) continue;
      for (const count of [60, 2_000]) {
        const files = await workWith(count);
        await time(`${count.toLocaleString('en')} new files`, () => keepTurn(files));
      }
    }
  } finally {
    await db.destroy();
  }
  samples.delete('');
  return [...samples].flatMap(([what, values]) => {
    const most = MARKS[what];
    return [
      { what: `snapshot, ${what}, p50`, value: median(values), unit: 'ms' as const },
      {
        what: `snapshot, ${what}, p95`,
        value: percentile(values, 0.95),
        unit: 'ms' as const,
        ...(most === undefined ? {} : { reach: { most } }),
        note: `of ${values.length}`,
      },
    ];
  });
}

const TURN = 'all that a turn of 60 files waits for';
const MARKS: Record<string, number> = {
  '60 files as they were': 20,
  '60 files, 5 changed': 20,
  '2,000 files as they were': 100,
  [TURN]: 30,
};

/** Twenty pages and 5,000 facts, as in docs/trust.md. */
function tracing(bench: Bench): Figure[] {
  const papers = [...demoPapers(), ...sections(), ...otherManners()];
  const source = [...papers, ...papers]
    .map(({ paper }) => paper)
    .join('\n\n')
    .slice(0, TWENTY_PAGES);
  const runs = [noise(4_700), ...papers.flatMap(({ runs: own }) => own)].map((run, index) => ({
    ...run,
    number: index + 1,
  }));
  const files = new Map(runs.map(({ script, scriptSha256 }) => [script, scriptSha256]));
  const samples: number[] = [];
  for (let round = bench.times(40, 3); round > 0; round -= 1) {
    const began = performance.now();
    provenanceOf({ source, runs, files, given: [], literals: [], decisions: [] });
    samples.push(performance.now() - began);
  }
  const facts = runs.reduce((total, { facts: own }) => total + own.length, 0);
  return [
    {
      what: 'the numbers of twenty pages traced, p50',
      value: median(samples),
      unit: 'ms',
      reach: { most: 100 },
      note: `${facts.toLocaleString('en')} facts`,
    },
  ];
}

/**
 * A script that opens 60 files to write and to read; with and without what listens and 100 numbers that are recorded, in
 * pairs, each the other way round than the one before: what else the machine does meets both alike.
 */
async function recording(bench: Bench): Promise<Figure[]> {
  const python = await openPython(bench.system.dataDir, { withOwnModules: true });
  const act = [
    'for n in range(60):',
    "    open(f'{n}.txt', 'a').close()",
    "total = sum(len(open(f'{n}.txt').read()) for n in range(60))",
    "print(f'total={total}')",
  ];
  const listening = [
    'import os, paperagent',
    "paperagent.WORKSPACE = os.path.realpath('.') + '/'",
    "told = os.open('told', os.O_WRONLY | os.O_CREAT | os.O_TRUNC)",
    "paperagent.listen(told, os.path.realpath(__file__), open(__file__, 'rb').read())",
    ...act,
    'for n in range(100): paperagent.record(f"n{n}", n / 7)',
  ];
  const runs = { without: act.join('\n'), with: listening.join('\n') };
  const [pairs, kept]: [Record<keyof typeof runs, number>[], number[]] = [[], []];
  try {
    for (let round = bench.times(150, 3); round > 0; round -= 1) {
      const took = { without: 0, with: 0 };
      const order = ['without', 'with'] as const;
      for (const which of round % 2 === 0 ? order : order.toReversed())
        took[which] = await python.time(runs[which]);
      pairs.push(took);
      kept.push(await timeOfKeeping(bench));
    }
  } finally {
    await python.close();
  }
  const atBest = (which: keyof typeof runs) => Math.min(...pairs.map((took) => took[which]));
  const inPython = median(pairs.map((took) => took.with - took.without));
  const inWorker = median(kept);
  return [
    {
      what: 'recording a run that opens 60 files and records 100 numbers',
      value: inPython + inWorker,
      unit: 'ms',
      reach: { most: 10 },
      note: `${inPython.toFixed(1)} ms in Python (${(atBest('with') - atBest('without')).toFixed(1)} at best), ${inWorker.toFixed(1)} ms where it is read`,
    },
  ];
}

/** Reading what such a run told. */
async function timeOfKeeping({ system }: Bench): Promise<number> {
  const told = [
    ...Array.from({ length: 60 }, (_, file) => ['read', `${file}.txt`, 3, 0, '1']),
    ...Array.from({ length: 100 }, (_, fact) => ['fact', `n${fact}`, String(fact / 7), null, 9]),
  ];
  const traces = {
    told: Buffer.from(`${told.map((line) => JSON.stringify(line)).join('\n')}\n`),
    stdout: Buffer.from('total=0\n'),
  };
  const workspace = openWorkspace(system.dataDir);
  const ending = { kind: 'exited', code: 0, message: '', durationMs: 1 } as const;
  const began = performance.now();
  await recordOfRun({ traces, ending, workspace, before: new Map(), after: new Map(), changes: [] });
  return performance.now() - began;
}
