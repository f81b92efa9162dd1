/** Running other programs to their end during set-up. */
import { type SpawnOptions, spawn } from 'node:child_process';

export interface CommandResult {
  /** The exit code; -1 when the program could not be started or was killed. */
  code: number;
  /** What it wrote, both streams, at most the last 64 KiB. */
  output: string;
}

/**
 * Runs a program to its end. A program that is missing or fails is a result, not an exception. Should this
 * process end first, so does the program.
 */
export function runCommand(
  command: string,
  args: string[],
  options: SpawnOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const killed = () => child.kill();
    process.once('exit', killed);
    let output = '';
    const collect = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-65_536);
    };
    const finish = (result: CommandResult) => {
      process.off('exit', killed);
      resolve(result);
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    child.on('error', (error) => finish({ code: -1, output: error.message }));
    child.on('close', (code) => finish({ code: code ?? -1, output }));
  });
}

/** The last line of a program's output that says something, for a sentence. */
export function lastLine(output: string): string {
  return output.trimEnd().split('\n').at(-1)?.trim() ?? '';
}
