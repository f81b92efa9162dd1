/** What runs on the machine for a Work: D7, no sandbox outlives its turn. */
import { readlinkSync } from 'node:fs';
import path from 'node:path';
import { readState } from '../../../src/sandbox/bubblewrap/run-folder.ts';
import { ask, connectEngine } from '../../../src/sandbox/docker/engine.ts';
import { findEngineSocket } from '../../../src/sandbox/docker/engine-socket.ts';
import { processesInside, processesWith } from '../sandbox-processes.ts';

export interface Sandboxed {
  workId: string;
  dataDir: string;
  /** The environment by which the system's workers find their engine; absent: they run code without one. */
  engine?: NodeJS.ProcessEnv | undefined;
}

/** What still runs: sandboxes, those that were started ahead, and the processes that hold them. */
export async function leftRunning({ workId, dataDir, engine }: Sandboxed): Promise<string[]> {
  const workspace = path.join(dataDir, 'workspaces', workId);
  return [
    ...processesInside(workspace).map((pid) => `D7: sandbox process ${pid} still runs`),
    ...runnersOf(workspace).map((pid) => `D7: runner ${pid} still runs`),
    ...(engine ? await containersOf(engine, workspace) : []).map(
      (name) => `D7: container ${name} still runs`,
    ),
  ];
}

/** Processes that hold a bubblewrap sandbox: each in its folder, which says whose it is. */
function runnersOf(workspace: string): number[] {
  return processesWith('bubblewrap/runner.ts').filter((pid) => {
    try {
      return readState(readlinkSync(`/proc/${pid}/cwd`), 'box.json')?.workspace === workspace;
    } catch (error) {
      // It ended, or has just started and is not in its folder yet.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  });
}

/** Containers that run with the workspace mounted, whatever they are for. */
async function containersOf(env: NodeJS.ProcessEnv, workspace: string): Promise<string[]> {
  const socket = findEngineSocket(env);
  if (!socket.found) throw new Error(socket.reason);
  const listed = await ask((await connectEngine(socket.path)).listContainers());
  return listed
    .filter(({ Mounts }) => Mounts.some(({ Source }) => Source === workspace))
    .map(({ Names }) => Names[0] ?? '');
}
