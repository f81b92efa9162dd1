/** Starts bwrap with everything that limits it, and knows how to end it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { childrenOf } from '../processes.ts';
import { bpfFilter, type Machine } from '../seccomp/bpf-filter.ts';
import { HIDDEN_MEMORY_CALLS } from '../seccomp/rules.ts';
import { DEFAULT_LIMITS } from '../types.ts';
import { bwrapCommand, isolationArguments } from './bwrap-command.ts';
import { type Cgroup, entering, makeCgroup } from './cgroup.ts';
import { processLimit } from './process-limit.ts';
import type { Box } from './run-folder.ts';

export interface HeldSandbox {
  bwrap: ChildProcess;
  /** What the program inside tells of itself (sandbox/paperagent.py). */
  told: Readable;
  /** Null where none can be made: memory is then to be sampled. */
  cgroup: Cgroup | null;
  /** The first process of the sandbox's process namespace, known shortly after the start. */
  init: Promise<number | null>;
  /** What the program inside ended with; `exitCode` is null when none was started, or bwrap itself was killed. */
  closed: Promise<{ exitCode: number | null; killed: boolean }>;
  /** Asks the program inside to end, as `kill` without options does. */
  askToEnd: () => Promise<void>;
  kill: () => Promise<void>;
}

function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false; // It ended in this instant.
  }
}

/**
 * @param ahead import numpy and matplotlib before the order comes.
 * The current directory has to be the run's folder: the compiled filter and bwrap's arguments are put there.
 */
export function holdSandbox(box: Box, ahead: boolean): HeldSandbox {
  const cgroup = makeCgroup(box.id);
  cgroup?.setMemoryLimit(DEFAULT_LIMITS.memoryBytes);
  writeFileSync('filter.bpf', bpfFilter(process.arch as Machine, cgroup ? [] : HIDDEN_MEMORY_CALLS));
  const filter = openSync('filter.bpf', 'r');
  const asRoot = process.getuid?.() === 0;
  writeFileSync('isolation.args', isolationArguments({ ...box, asRoot }));
  const isolation = openSync('isolation.args', 'r');
  const command = bwrapCommand({
    ...box,
    asRoot,
    start: ahead ? 'ahead' : 'now',
    maxProcesses: processLimit(cgroup),
    statusFd: 3,
    toldFd: 4,
    seccompFd: 5,
    argumentsFd: 6,
  });
  const [program, ...args] = entering(cgroup, command) as [string];
  const bwrap = spawn(program, args, {
    cwd: '/',
    env: { PATH: process.env.PATH },
    stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe', filter, isolation],
  });
  closeSync(filter);
  closeSync(isolation);

  let status = '';
  const init = new Promise<number | null>((resolve) => {
    const pipe = bwrap.stdio[3] as Readable;
    pipe.setEncoding('utf8').on('data', (text: string) => {
      status += text;
      const pid = /"child-pid": (\d+)/.exec(status)?.[1];
      if (pid) resolve(Number(pid));
    });
    pipe.on('close', () => resolve(null));
  });
  const closed = new Promise<{ exitCode: number | null; killed: boolean }>((resolve, reject) => {
    bwrap.on('error', reject);
    bwrap.on('close', (_, killedBy) => {
      const exitCode = /"exit-code": (\d+)/.exec(status)?.[1];
      resolve({ exitCode: exitCode === undefined ? null : Number(exitCode), killed: killedBy !== null });
    });
  });
  return {
    bwrap,
    told: bwrap.stdio[4] as Readable,
    cgroup,
    init,
    closed,
    async askToEnd() {
      const pid = await init;
      for (const child of pid === null ? [] : childrenOf(pid)) signal(child, 'SIGTERM');
    },
    async kill() {
      // The end of a namespace's first process is the end of all in it; bwrap then says so and ends too.
      const pid = await init;
      if (pid === null || !signal(pid, 'SIGKILL')) bwrap.kill('SIGKILL');
    },
  };
}
