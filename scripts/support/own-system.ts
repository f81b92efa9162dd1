/** A PaperAgent for one run of a bench or a script: `npm start` on a port and a data folder that nobody else uses. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHECKOUT } from '../../src/setup/checkout.ts';
import { dataFolder } from '../../src/setup/data-folder.ts';
import { findFreePort } from '../../src/setup/ports.ts';
import { type Instance, runningInstance } from '../../src/supervisor/instance.ts';

/** The processes of a system, as the supervisor names them. */
export type Role = 'supervisor' | 'postgres' | 'temporal' | 'worker' | 'api';
export const ROLES: readonly Role[] = ['supervisor', 'postgres', 'temporal', 'worker', 'api'];

export interface BenchSystem {
  /** Absolute path of its PA_DATA. */
  dataDir: string;
  /** The system as it runs now; read anew each time, for processes come and go. @throws where none is ready */
  instance(): Instance;
  pid(role: Role): number;
  /** Stops everything in order. */
  stop(): Promise<void>;
  /** `npm start`. @returns milliseconds from the command to the moment it says that it is ready */
  start(): Promise<number>;
  /** Stops it and throws its data away. */
  close(): Promise<void>;
}

const READY_MS = 120_000;

/**
 * A system that is still to be started; its first start makes its database. `env` is added to this process's. Whoever
 * interrupts this process ends the system and its folder as well.
 */
export async function createSystem(env: Record<string, string>): Promise<BenchSystem> {
  const dataDir = await mkdtemp(join(tmpdir(), 'paperagent-bench-'));
  // Postgres runs as another user where we are root.
  await chmod(dataDir, 0o755);
  const folder = dataFolder(dataDir);
  const port = await findFreePort();
  let command: ChildProcess | undefined;

  const instance = (): Instance => {
    const found = runningInstance(folder);
    if (found === undefined) throw new Error('the system is not ready');
    return found;
  };
  const system: BenchSystem = {
    dataDir,
    instance,
    pid(role) {
      const pid = instance().pids[role];
      if (pid === undefined) throw new Error(`there is no ${role} at present`);
      return pid;
    },
    async start() {
      const began = performance.now();
      const started = spawn('npm', ['start'], {
        cwd: CHECKOUT,
        env: { ...process.env, ...env, PORT: String(port), HOST: '127.0.0.1', PA_DATA: dataDir },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      command = started;
      const ready = Promise.withResolvers<number>();
      let said = '';
      const listen = (text: Buffer) => {
        said += text;
        if (/^ready \(/m.test(said)) ready.resolve(performance.now() - began);
      };
      started.stdout.on('data', listen);
      started.stderr.on('data', listen);
      const gone = once(started, 'exit').then(([code]) => {
        throw new Error(`npm start ended with ${code} before it was ready:\n${said}`);
      });
      const late = AbortSignal.timeout(READY_MS);
      late.addEventListener('abort', () => ready.reject(new Error(`npm start is not ready yet:\n${said}`)));
      return await Promise.race([ready.promise, gone]);
    },
    async stop() {
      if (command === undefined) return;
      const ended = command.exitCode === null ? once(command, 'exit') : undefined;
      const running = runningInstance(folder)?.pids.supervisor;
      if (running === undefined) command.kill('SIGTERM');
      else process.kill(running, 'SIGTERM');
      command = undefined;
      await ended;
    },
    async close() {
      process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
      await system.stop();
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  const interrupted = () => void system.close().finally(() => process.exit(130));
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  return system;
}
