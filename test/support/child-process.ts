/** One of the app's processes as a test's child: started, waited for, killed at will. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface AppProcess {
  pid: number;
  /** Every log line so far. */
  lines: string[];
  /** The first line, already here or to come, that fits; rejects when the process ends first. */
  line(fits: (line: string) => boolean, what: string): Promise<string>;
  /** Sends the signal; for SIGKILL and SIGTERM resolves when the process has ended. */
  signal(name: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT' | 'SIGWINCH' | 'SIGIO'): Promise<void>;
  ended: Promise<{ code: number | null; signal: string | null }>;
}

/** Starts src/main/{role}.ts with just this environment. */
export function startProcess(role: string, env: Record<string, string>): AppProcess {
  const entry = fileURLToPath(new URL(`../../src/main/${role}.ts`, import.meta.url));
  const { PATH = '', HOME = '' } = process.env;
  const child: ChildProcess = spawn(process.execPath, [entry], {
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  let look: (() => void)[] = [];
  const wakeUp = () => {
    const waiting = look;
    look = [];
    for (const again of waiting) again();
  };
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface(stream).on('line', (line) => {
      lines.push(line);
      wakeUp();
    });
  }
  const ended = once(child, 'exit').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as string | null,
  }));
  return {
    pid: child.pid ?? 0,
    lines,
    line(fits, what) {
      return new Promise((resolve, reject) => {
        void ended.then(() =>
          reject(new Error(`${role} ended before ${what}:\n${lines.slice(-20).join('\n')}`)),
        );
        const again = () => {
          const line = lines.find(fits);
          if (line === undefined) look.push(again);
          else resolve(line);
        };
        again();
      });
    },
    async signal(name) {
      child.kill(name);
      if (name === 'SIGKILL' || name === 'SIGTERM') await ended;
    },
    ended,
  };
}
