/** Running other programs, and showing what they said where they fail. */
import { type SpawnOptions, spawn } from 'node:child_process';

/** @throws with the end of what it said */
export async function run(
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<void> {
  const { code, said } = await attempt(command, args, options);
  if (code !== 0) throw new Error(`${command} ended with code ${code}: ${said.trim().slice(-500)}`);
}

/** Runs it to its end, whatever that is. */
export function attempt(
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    const hear = (chunk: Buffer) => {
      said += chunk;
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.on('error', ({ message }) => resolve({ code: -1, said: message }));
    child.on('close', (code) => resolve({ code: code ?? -1, said }));
  });
}
