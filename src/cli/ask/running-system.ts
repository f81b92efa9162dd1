/** The system that a question is put to: the one that runs on this data folder, or one that is started for it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fromBundleToo } from '../../process/node-options.mjs';
import { CHECKOUT } from '../../setup/checkout.ts';
import { type DataFolder, makeDataFolder } from '../../setup/data-folder.ts';
import type { OnProgress } from '../../setup/progress.ts';
import { SetupError } from '../../setup/setup-error.ts';
import { type Instance, runningInstance } from '../../supervisor/instance.ts';
import { openLogFile } from '../../supervisor/log-file.ts';

/**
 * Gives the running system; starts one that goes on after this process when there is none. What it says while
 * it starts goes to `onProgress`.
 * @throws SetupError when it does not come up
 */
export async function findOrStartSystem(
  dataDir: string,
  onProgress: OnProgress,
): Promise<{ instance: Instance; folder: DataFolder }> {
  const folder = makeDataFolder(dataDir);
  const instance = runningInstance(folder) ?? (await startSystem(folder, onProgress));
  return { instance, folder };
}

async function startSystem(folder: DataFolder, onProgress: OnProgress): Promise<Instance> {
  onProgress('starting PaperAgent; it stays on until `npm start` in its place or a kill of its process');
  const log = openLogFile(
    join(folder.logs, 'supervisor.log'),
    (line) => line.trim() && onProgress(line),
    onProgress,
  );
  try {
    const supervisor = spawn(
      process.execPath,
      [...fromBundleToo(), join(CHECKOUT, 'src', 'main', 'start.ts')],
      {
        cwd: process.cwd(),
        detached: true,
        stdio: ['ignore', log.fd, log.fd],
      },
    );
    supervisor.unref();
    return await untilReady(folder, supervisor);
  } finally {
    log.close();
  }
}

async function untilReady(folder: DataFolder, supervisor: ChildProcess): Promise<Instance> {
  let failure: string | undefined;
  supervisor.on('error', (error) => {
    failure = error.message;
  });
  supervisor.on('exit', (code, signal) => {
    failure = `it ended (${signal ?? `code ${code}`}); its words are above`;
  });
  for (;;) {
    const instance = runningInstance(folder);
    if (instance) return instance;
    if (failure !== undefined) throw new SetupError(`PaperAgent did not start: ${failure}`);
    await delay(50);
  }
}
