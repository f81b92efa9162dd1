import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';

const PROGRAMS = new URL('../../../src/sandbox/bubblewrap/run-program.ts', import.meta.url);

/** What `nice` prints that a plain user's process of this priority runs behind everything else. */
function priorityInBackground(own: number): { said: string; errors: string } {
  const script = `
    import { setPriority } from 'node:os';
    const { inBackground } = await import(${JSON.stringify(PROGRAMS.href)});
    setPriority(${own});
    if (process.getuid() === 0) process.setuid(65534);
    console.log(await inBackground(new AbortController().signal)('nice', []));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  return { said: stdout.trim(), errors: stderr };
}

test('W1: where the system itself runs behind others (nice npm start), packages are added all the same, no sooner', () => {
  expect(priorityInBackground(15)).toEqual({ said: '15', errors: '' });
  expect(priorityInBackground(10)).toEqual({ said: '10', errors: '' });
});
