/** What our programs say to a command line that they do not know: one sentence, and exit code 2. */
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseCommandLine } from '../../../src/cli/command-line.ts';
import { CHECKOUT } from '../../../src/setup/checkout.ts';

const options = { dev: {}, workers: { value: 'N', default: '3' }, work: { value: 'id' } } as const;
const parse = (...args: string[]) => parseCommandLine(args, { options, words: 'words', mostWords: 2 });
const MAY = 'there are: words, --dev, --workers N, --work id';

describe('a command line', () => {
  test('gives options with their defaults, and words in between', () => {
    const nothing = { values: { dev: false, workers: '3', work: undefined }, words: [] };
    expect(parse()).toEqual(nothing);
    const values = { dev: true, workers: '5', work: '-7' };
    expect(parse('a', '--workers', '5', '--dev', 'b', '--work=-7')).toEqual({ values, words: ['a', 'b'] });
    expect(parse('--', '--dev')).toEqual({ ...nothing, words: ['--dev'] });
  });

  test.each([
    [['--nonsense'], 'there is no option --nonsense'],
    [['--constructor'], 'there is no option --constructor'],
    [['-x'], 'there is no option -x'],
    [['--dev=yes'], '--dev takes no value'],
    [['--workers'], '--workers needs a value'],
    [['--workers', '--dev'], '--workers needs a value'],
    [['a', 'b', 'c'], '"c" has no meaning here'],
  ])('%j is told in a sentence that lists what there is', (args, sentence) => {
    expect(parse(...args)).toBe(`${sentence}; ${MAY}`);
  });

  test('where there are no options, it says so', () => {
    expect(parseCommandLine(['--all'], {})).toBe('there is no option --all; there are none');
    expect(parseCommandLine(['all'], {})).toBe('"all" has no meaning here; there are none');
  });
});

/** The programs; what is not one is imported, or begun as a thread. */
const NO_PROGRAMS =
  /^(collect-sooner|command-line|config|logging|run-worker|server-model|temporal-.*|tracing|watchdog.*|worker-places)\.ts$/;
const programs = readdirSync(join(CHECKOUT, 'src', 'main')).filter(
  (name) => name.endsWith('.ts') && !NO_PROGRAMS.test(name),
);

test.each(programs)('%s ends with code 2 and one sentence where an option is not known', async (name) => {
  const ended = await new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    const program = join(CHECKOUT, 'src', 'main', name);
    execFile(process.execPath, [program, '--nonsense'], { env: {} }, (error, stdout, stderr) =>
      resolve({ code: error?.code, stdout, stderr }),
    );
  });
  expect(ended).toEqual({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/^paperagent: there is no option --nonsense; there are.*\n$/),
  });
});
