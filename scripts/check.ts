/** `npm run check`: format, lint, types and import rules, side by side; prints what each of them found. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { CHECKOUT } from '../src/setup/checkout.ts';

const bin = (name: string) => join(CHECKOUT, 'node_modules', '.bin', name);

const checks: { name: string; command: string[] }[] = [
  { name: 'format and lint', command: [bin('biome'), 'check', '.'] },
  { name: 'types', command: [bin('tsc'), '--project', '.', '--noEmit'] },
  { name: 'types of the page', command: [bin('vue-tsc'), '--project', 'web', '--noEmit'] },
  {
    name: 'import rules',
    command: [
      bin('depcruise'),
      '--config',
      '.dependency-cruiser.cjs',
      'src',
      'web',
      'scripts',
      'bench',
      'test',
    ],
  },
];

function run({ name, command }: (typeof checks)[number]): Promise<boolean> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const [program = '', ...args] = command;
    const child = spawn(program, args, { cwd: CHECKOUT, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (chunk: Buffer) => {
      output += chunk;
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', reject);
    child.on('close', (code) => {
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
      if (code !== 0) console.log(output.trimEnd());
      resolve(code === 0);
    });
  });
}

const results = await Promise.all(checks.map(run));
process.exitCode = results.every(Boolean) ? 0 : 1;
