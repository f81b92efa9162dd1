/**
 * What the starter, the runner and every process that reattaches to a bubblewrap run know of each other: a folder outside the
 * workspace, named from the run's key. Each file appears whole, and what may be decided only once is decided by
 * `link`, which fails when the name is taken:
 *
 *   box.json     how the sandbox is made; the folder appears with it
 *   runner.json  the one process that holds it: the first of those started to make this file
 *   order.json   what to run. Written before the runner starts, or later for a warm one (S12)
 *   stdout, stderr   raw bytes, appended
 *   told         what the run tells of itself (sandbox/paperagent.py), appended
 *   ending.json  the one ending: the runner's, or `lost` from someone who found the runner dead
 */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../../system-error.ts';
import type { ProcessIdentity } from '../processes.ts';
import type { Ending, RunKey, RunLimits, RunTraces } from '../types.ts';
import { readOnceWritten, writeOnce } from '../write-once.ts';
import type { PythonEnvironment } from './python-environment.ts';

export interface Box {
  /** Names its control group. */
  id: string;
  bwrap: string;
  python: PythonEnvironment;
  workspace: string;
  owner: string;
  /** The process that asked for it; a warm sandbox does not outlive that one. */
  creator: ProcessIdentity;
}

export interface Order {
  key: RunKey;
  script: string;
  limits: RunLimits;
}

/** In place of an order: a warm sandbox that ends, or has ended, without having run anything. */
export interface Released {
  /** What runners of earlier versions look for. */
  dismissed: true;
}

export function isOrder(order: Order | Released): order is Order {
  return !('dismissed' in order);
}

/** What the runner found: an ending, or that bwrap could not make the sandbox, so that nothing ran. */
export type Outcome = { ran: true; ending: Ending } | { ran: false; reason: string };

interface Files {
  'box.json': Box;
  'order.json': Order | Released;
  'runner.json': ProcessIdentity;
  'ending.json': Outcome;
}

/** @returns null when there is no such file yet, or no folder. */
export function readState<Name extends keyof Files>(folder: string, name: Name): Files[Name] | null {
  return readOnceWritten(join(folder, name));
}

/** Writes a file unless it exists already. @returns whether this call wrote it. */
export function settle<Name extends keyof Files>(folder: string, name: Name, value: Files[Name]): boolean {
  return writeOnce(join(folder, name), value);
}

/** Makes a run's folder, whole at once. @returns false when someone else has made it. */
export function createFolder(folder: string, box: Box, order?: Order): boolean {
  const draft = `${folder}.draft-${randomUUID()}`;
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  writeFileSync(join(draft, 'box.json'), JSON.stringify(box));
  writeFileSync(join(draft, 'stdout'), '');
  writeFileSync(join(draft, 'stderr'), '');
  writeFileSync(join(draft, 'told'), '');
  if (order) writeFileSync(join(draft, 'order.json'), JSON.stringify(order));
  const moved = moveFolder(draft, folder);
  if (!moved) rmSync(draft, { recursive: true, force: true });
  return moved;
}

/** Gives a folder another name. @returns false when the one is gone or the other is taken: someone was faster. */
export function moveFolder(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(codeOf(error) ?? '')) return false;
    throw error;
  }
}

/** What a run wrote to these files; nothing where there is no folder. */
export async function readTraces(folder: string): Promise<RunTraces> {
  const [told, stdout] = await Promise.all(['told', 'stdout'].map((name) => readIfThere(join(folder, name))));
  return { told: told as Buffer, stdout: stdout as Buffer };
}

async function readIfThere(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}

export function removeFolder(folder: string): void {
  if (!existsSync(folder)) return;
  // Gone under its name at once: a folder half removed would look like a run without an ending.
  const trash = `${folder}.trash-${randomUUID()}`;
  // A runner that is just ending may still write into it: what came meanwhile is removed with the rest.
  if (moveFolder(folder, trash))
    rmSync(trash, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
}

/** Ends a warm sandbox, unless an order was faster: then nothing happens. */
export function release(folder: string): void {
  try {
    settle(folder, 'order.json', { dismissed: true });
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return; // It was taken or removed meanwhile.
    throw error;
  }
  const order = readState(folder, 'order.json');
  if (order && !isOrder(order)) removeFolder(folder);
}
