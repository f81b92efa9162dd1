/** The folder PA_DATA and what stands where in it. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from '../../system-error.ts';
import { SetupError } from './setup-error.ts';

export interface DataFolder {
  /** Absolute paths. */
  root: string;
  /** The supervisor's lock: at most one system runs on a folder. */
  lock: string;
  /** Where a running system can be reached; absent while none is ready. */
  instance: string;
  processes: string;
  ports: string;
  logs: string;
  postgres: string;
  temporal: string;
}

export function dataFolder(root: string): DataFolder {
  const run = join(root, 'run');
  return {
    root,
    lock: join(run, 'supervisor.lock'),
    instance: join(run, 'instance.json'),
    processes: join(run, 'processes.json'),
    ports: join(run, 'ports.json'),
    logs: join(root, 'logs'),
    postgres: join(root, 'postgres'),
    temporal: join(root, 'temporal', 'temporal.db'),
  };
}

/**
 * Makes the folder and those in it that others expect.
 * @throws SetupError when it cannot be written to
 */
export function makeDataFolder(root: string): DataFolder {
  try {
    for (const name of ['run', 'logs', 'temporal', 'workspaces', 'chat_history']) {
      mkdirSync(join(root, name), { recursive: true });
    }
    const probe = join(root, 'run', `probe-${process.pid}`);
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (error) {
    throw new SetupError(`PA_DATA (${root}) cannot be written to: ${codeOf(error)}`, {
      cause: error,
    });
  }
  return dataFolder(root);
}
