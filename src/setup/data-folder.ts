/** The folder PA_DATA and what stands where in it. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from '../system-error.ts';
import { makePrivateFolders } from './private-folders.ts';
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

/** What an api or a worker keeps there, with or without a supervisor: files of people, and what their code printed. */
export const FILES_OF_PEOPLE = ['workspaces', 'history', 'chat_history', 'templates', 'sandbox'] as const;

/**
 * Makes the folder and those in it that others expect.
 * @throws SetupError when it cannot be written to
 */
export function makeDataFolder(root: string): DataFolder {
  try {
    makePrivateFolders(root, ['run', 'logs', 'temporal', ...FILES_OF_PEOPLE]);
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
