/** One of the app's processes as a test's child: started, waited for, killed at will. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { FROM_BUNDLE } from '../../src/process/node-options.mjs';
import { BUILD_CACHE } from '../../src/setup/checkout.ts';
import { createArrivals, tail } from './arrivals.ts';

export interface AppProcess {
  pid: number;
  /** Every log line so far. */
  lines: string[];
  /** The first line, already here or to come, that fits. @throws when the process ends first, or in vain */
  line(fits: (line: string) => boolean, what: string): Promise<string>;
  /** Sends the signal; for SIGKILL and SIGTERM resolves when the process has ended. */
  signal(name: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT' | 'SIGWINCH' | 'SIGIO'): Promise<void>;
  /** Closes its output: who read it is gone, and what it writes now breaks the pipe. */
  stopReading(): void;
  ended: Promise<{ code: number | null; signal: string | null }>;
}

/** Set by global set-up where the sources are bundled: api and worker start from there in half the time. */
export const BUNDLED_VARIABLE = 'PAPERAGENT_TEST_BUNDLED';

/** Starts src/main/{role}.ts with just this environment. */
export function startProcess(role: string, env: Record<string, string>, args: string[] = []): AppProcess {
  const entry = fileURLToPath(new URL(`../../src/main/${role}.ts`, import.meta.url));
  const { PATH = '', HOME = '' } = process.env;
  // Not the supervisor: it sees to a bundle of its own, and what it starts has its own tests.
  const bundled = process.env[BUNDLED_VARIABLE] && role !== 'start' ? FROM_BUNDLE : [];
  const child: ChildProcess = spawn(process.execPath, [...bundled, entry, ...args], {
    // What Node has compiled once (test/support/global-setup.ts).
    env: { PATH, HOME, NODE_COMPILE_CACHE: path.join(BUILD_CACHE, 'compiled'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const arrivals = createArrivals(() => tail(lines));
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface(stream).on('line', (line) => {
      lines.push(line);
      arrivals.arrived();
    });
  }
  const ended = once(child, 'exit').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as string | null,
  }));
  void ended.then(() => arrivals.fail(new Error(`${role} ended:\n${tail(lines)}`)));
  return {
    pid: child.pid ?? 0,
    lines,
    line: (fits, what) => arrivals.first(() => lines.find(fits), what),
    async signal(name) {
      child.kill(name);
      if (name === 'SIGKILL' || name === 'SIGTERM') await ended;
    },
    stopReading() {
      child.stdout?.destroy();
      child.stderr?.destroy();
    },
    ended,
  };
}
