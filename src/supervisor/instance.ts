/** The running system as others find it: at most one on a data folder, described by one file. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { isAlive, takeLock } from '../os/process-lock.mjs';
import type { DataFolder } from '../setup/data-folder.ts';
import { SetupError } from '../setup/setup-error.ts';

const schema = z.object({
  port: z.number(),
  appUrl: z.string(),
  temporalAddress: z.string(),
  /** Absent when Temporal is not embedded. */
  temporalUiUrl: z.string().optional(),
  databaseUrl: z.string(),
  /** Process ids by role, `supervisor` among them. */
  pids: z.record(z.string(), z.number()),
});

/** A system that is ready. */
export type Instance = z.infer<typeof schema>;

/** Readable by its owner only: it holds the database's password. */
export function writeInstance(file: string, instance: Instance): void {
  writeFileSync(`${file}.new`, JSON.stringify(instance, null, 2), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** The system that is ready on this data folder now, if there is one. */
export function runningInstance(folder: DataFolder): Instance | undefined {
  let text: string;
  let lock: string;
  try {
    text = readFileSync(folder.instance, 'utf8');
    lock = readFileSync(folder.lock, 'utf8');
  } catch {
    return undefined;
  }
  // The file outlives a supervisor that was killed: its lock tells.
  return isAlive(JSON.parse(lock)) ? schema.parse(JSON.parse(text)) : undefined;
}

const OTHER_MS = 30_000;

/**
 * Takes the data folder for this supervisor; waits for one that is just stopping.
 * @returns what gives it back
 * @throws SetupError when a system runs on it
 */
export async function takeDataFolder(folder: DataFolder, say: (line: string) => void): Promise<() => void> {
  const deadline = performance.now() + OTHER_MS;
  for (let told = false; ; told = true) {
    const lock = takeLock(folder.lock);
    if (lock.taken) {
      rmSync(folder.instance, { force: true });
      return lock.release;
    }
    const running = runningInstance(folder);
    if (running) {
      throw new SetupError(
        `PaperAgent runs already on ${folder.root} at ${running.appUrl} (process ${lock.holder.pid}): stop that one, or set PORT and PA_DATA`,
      );
    }
    if (performance.now() > deadline) {
      throw new SetupError(`process ${lock.holder.pid} is starting PaperAgent on ${folder.root} already`);
    }
    if (!told) say(`waiting for process ${lock.holder.pid}, which is starting or stopping here`);
    await delay(50);
  }
}
