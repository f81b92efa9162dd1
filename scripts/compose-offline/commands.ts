/** Running programs to their end: what fails ends the whole run, with what it said. */
import { spawn } from 'node:child_process';
import { CHECKOUT } from '../../src/setup/checkout.ts';

type Variables = Record<string, string>;

/** @returns what it wrote to its standard output, without the last line end. @throws where it fails */
export function output(program: string, args: string[], env: Variables = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: CHECKOUT, env: { ...process.env, ...env } });
    child.stdin.end();
    let [said, complained] = ['', ''];
    child.stdout.on('data', (text) => {
      said += text;
    });
    child.stderr.on('data', (text) => {
      complained = (complained + text).slice(-4_000);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(said.trimEnd());
      else
        reject(
          new Error(`${program} ${args.join(' ')} ended with ${code}:\n${said.slice(-4_000)}${complained}`),
        );
    });
  });
}

export async function run(program: string, args: string[], env: Variables = {}): Promise<void> {
  await output(program, args, env);
}

/** A line of shell; `args` are its $1, $2 … */
export async function shell(line: string, args: string[]): Promise<void> {
  await run('bash', ['-euo', 'pipefail', '-c', line, 'sh', ...args]);
}
