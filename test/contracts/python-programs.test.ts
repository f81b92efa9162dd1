/**
 * Programs as students and models write them, each run in a real sandbox (W1, W4). A program's first lines say what it
 * is to do: `# prints:`, `# complains:` (standard error) and `# fails:` are patterns, `# makes:` is a file. Those that
 * are `# slow` run where all are asked for (ALL_PROGRAMS=1, or CI); one that needs a package which has not been added on
 * this machine is left out there, and fails in CI.
 */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { listsOf, packagesOf } from '../../src/sandbox/python-lists.ts';
import { terminalLines } from '../../src/sandbox/terminal-lines.ts';
import { testWith } from '../support/needs.ts';
import { kindOf, openSandbox, type SandboxUnderTest, type Way } from '../support/sandbox-under-test.ts';

const PROGRAMS = join(import.meta.dirname, 'python-programs');
/** The quick way, or another one by hand. */
const way = (process.env.PROGRAMS_IN ?? 'bubblewrap') as Way;
const test = testWith(kindOf(way));
const isAll = Boolean(process.env.ALL_PROGRAMS || process.env.CI);
const RUN_MS = 110_000;

interface Program {
  name: string;
  code: string;
  said(what: 'prints' | 'complains' | 'fails' | 'makes'): string | undefined;
}

const programs: Program[] = readdirSync(PROGRAMS).map((name) => {
  const code = readFileSync(join(PROGRAMS, name), 'utf8');
  return { name, code, said: (what) => new RegExp(`^# ${what}: (.*)$`, 'm').exec(code)?.[1] };
});

let box: SandboxUnderTest;

beforeAll(async () => {
  box = await openSandbox(way);
  mkdirSync(join(box.workspace, 'attachments'));
  // 数值 in GBK, as a spreadsheet in China writes it.
  const bytes = Buffer.concat([Buffer.from([0xca, 0xfd, 0xd6, 0xb5]), Buffer.from('\r\n3\r\n4\r\n5\r\n')]);
  writeFileSync(join(box.workspace, 'attachments', '附件 1 (数据).csv'), bytes);
});

afterAll(() => box?.dispose());

/** What a program imports of the lists that is not there. */
function lacking({ code }: Program): string[] {
  const there = box.sandbox.packages().join(', ');
  const imported = [...code.matchAll(/^(?:import|from) (\w+)/gm)].map(([, module]) => module as string);
  return listsOf('usual')
    .flatMap(packagesOf)
    .map(({ module }) => module)
    .filter((module) => imported.includes(module) && !new RegExp(`[:,] ${module}(,|$)`).test(there));
}

/** As it is shown: a bar is one line. */
async function shown(printed: string): Promise<string> {
  let text = '';
  const lines = terminalLines({ stdout: '', stderr: '' }, { stdout: 0, stderr: 0 }, async (chunk) => {
    text += chunk.text;
  });
  await lines.onOutput({ stream: 'stdout', text: printed, bytes: 0 });
  await lines.finish();
  return text;
}

const chosen = programs.filter(({ code }) => isAll || !/^# slow$/m.test(code));

test.each(chosen)(
  'W1: $name does what it is to do',
  async (program) => {
    const lacks = lacking(program);
    if (lacks.length > 0 && !process.env.CI) {
      process.stderr.write(`${program.name} is left out: ${lacks.join(', ')} not added (npm run sandbox)\n`);
      return;
    }
    const { ending, stdout, stderr } = await box.run(program.code);
    const fails = program.said('fails');
    const complains = program.said('complains');
    const makes = program.said('makes');
    expect({ ending: ending.message, stderr: fails === undefined ? stderr : '' }).toEqual({
      ending: expect.stringMatching(fails === undefined ? /^finished / : /^exited with code 1 /),
      // Whatever else a library says of itself is noise that a model reads as trouble.
      stderr: complains === undefined ? '' : expect.any(String),
    });
    if (fails !== undefined) expect(stderr).toMatch(new RegExp(fails));
    if (complains !== undefined) expect((await shown(stderr)).trim()).toMatch(new RegExp(complains));
    expect(stdout.trimEnd()).toMatch(new RegExp(program.said('prints') ?? '^$', 'u'));
    if (makes !== undefined) expect(statSync(join(box.workspace, makes)).size).toBeGreaterThan(100);
  },
  RUN_MS,
);
