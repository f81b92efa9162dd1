/** docs/faults.md, as the runner writes it: each suite has a section, and puts it down when all of it has run. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Recovery } from './strike.ts';

const FILE = fileURLToPath(new URL('../../../docs/faults.md', import.meta.url));

/** The sections in their order, with what stands above each table. */
const SECTIONS = {
  processes:
    'Processes\n\nA turn of text, a tool, a code agent and a run of Python; one fault while the statement of the named point waits inside Postgres. "Before": nothing of it is stored; else it is stored and its answer finds whom it finds. A cell says how long after the fault (and the restart of what it killed) the turn ended, and how many model calls it cost beyond the five of a turn that nothing befalls.',
  servers: 'Servers\n\nThe same turn; the server is killed (or its files deleted) and started again.',
  supervisor:
    'The supervisor\n\nThe same turn in `npm start` with all that it embeds. A supervisor that is killed leaves its children to finish the turn; the next start ends them and begins again. The time counts from the end of the fault, which is the end of the restart where there is one.',
  asks: 'Questions\n\nThe agent asks a person, and one fault befalls the turn meanwhile (H1). Where nothing waits for a statement the time counts from the answer, else from the end of the fault, to the end of the turn.',
  runs: 'Runs of code\n\nWhat befalls a run: the one ending that it has, and how long after the strike it is known. The model is told of it, and it was started once.',
  recording:
    'What runs leave\n\nA worker dies, or sleeps, between the end of a run and the end of its call, while the statement of the named moment waits inside Postgres. Afterwards there is one run, with every fact, all that it read and wrote, and one snapshot of what it left; it was started once. The time counts to the end of the turn.',
  disk: 'The disk\n\nA data folder on a small disk of its own.',
  engine:
    'The Docker engine\n\nAn engine of its own, with its own socket and folder, while a run goes on in it.',
  model: "The model\n\nOne fault in the model's answer.",
  stop: 'Stop\n\nA stop in each phase; the time from the stop to `turn.completed` (P11: at most 3 s).',
  versions:
    'Versions of files\n\nA process is killed while the statement of the named moment of a snapshot or a restore waits inside Postgres. Afterwards the files are byte for byte those of then, each turn and call has its one snapshot, and every version can be read.',
  messages: 'Messages\n\nWhat is said twice, at once, late, or while something dies.',
  /** Written by hand, as the next: their tests are not the runner's. */
  crashes: 'Work that brings its worker down',
  silence: 'What dies silently',
} as const;

export type Section = keyof typeof SECTIONS;

export interface FaultTable {
  /** Runs a case and notes what came of it. @throws what the case throws */
  cell(row: string, column: string, run: () => Promise<Recovery>): Promise<void>;
  /** Writes the section, if every cell has run. */
  write(): Promise<void>;
}

export interface FaultList {
  /** Runs a case and notes its words about what came of it. @throws what the case throws */
  row(name: string, run: () => Promise<string>): Promise<void>;
  /** Writes the section, if `count` cases have run. */
  write(count: number): Promise<void>;
}

/** A section that is a list of cases. */
export function faultList(section: Section): FaultList {
  const rows = new Map<string, string>();
  return {
    async row(name, run) {
      rows.set(name, '**failed**');
      try {
        rows.set(name, await run());
      } finally {
        tell(`${name}: ${rows.get(name)}`);
      }
    },
    async write(count) {
      if (rows.size < count) return;
      const lines = [...rows].map(([name, words]) => `| ${name} | ${words} |`);
      await writeSection(section, ['| case | what came of it |', '|---|---|', ...lines].join('\n'));
    },
  };
}

/** A section that is a matrix of `rows` and `columns`, all of which are to be run. */
export function faultMatrix(
  section: Section,
  { rows, columns }: { rows: string[]; columns: string[] },
): FaultTable {
  const cells = new Map<string, string>();
  const keyOf = (row: string, column: string) => `${row}\n${column}`;
  return {
    async cell(row, column, run) {
      cells.set(keyOf(row, column), '**failed**');
      try {
        cells.set(keyOf(row, column), shown(await run()));
      } finally {
        tell(`${column}, ${row}: ${cells.get(keyOf(row, column))}`);
      }
    },
    async write() {
      if (cells.size < rows.length * columns.length) return;
      const table = [
        `| | ${columns.join(' | ')} |`,
        `|---|${columns.map(() => '---').join('|')}|`,
        ...rows.map(
          (row) => `| ${row} | ${columns.map((column) => cells.get(keyOf(row, column))).join(' | ')} |`,
        ),
      ];
      await writeSection(section, table.join('\n'));
    },
  };
}

/** The run is long, and jest tells of a suite only when it is over. */
function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

function shown({ ms, extraCalls }: Recovery): string {
  return `${(ms / 1000).toFixed(1)} s${extraCalls > 0 ? `, +${extraCalls} call` : ''}`;
}

const mark = (section: Section) => `<!-- section ${section} -->`;

async function writeSection(section: Section, table: string): Promise<void> {
  const old = await readFile(FILE, 'utf8').catch(() => '');
  const bodies = new Map<Section, string>();
  for (const part of old.split(/^(?=<!-- section )/m)) {
    const name = /^<!-- section (\w+) -->/.exec(part)?.[1] as Section | undefined;
    if (name !== undefined && name in SECTIONS) bodies.set(name, part.trimEnd());
  }
  bodies.set(section, `${mark(section)}\n## ${SECTIONS[section]}\n\n${table}`);
  const names = (Object.keys(SECTIONS) as Section[]).filter((name) => bodies.has(name));
  const text = [
    '# Faults',
    '',
    'Written by `npm run test:faults` as it runs, on the machine where it last ran. Each case ends with the oracle (test/support/oracle.ts): the log is gapless, every message was taken once, each call ended once, and rows, log and history file agree.',
    '',
    names.map((name) => bodies.get(name)).join('\n\n'),
    '',
  ].join('\n');
  await writeFile(`${FILE}.new`, text);
  await rename(`${FILE}.new`, FILE);
}
