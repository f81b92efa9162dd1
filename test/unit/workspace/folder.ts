/** A folder of its own for one test. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWorkspace } from '../../../src/workspace/create-workspace.ts';
import type { Workspace } from '../../../src/workspace/workspace.ts';

export async function makeFolder(): Promise<{ path: string; clear: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'paperagent-test-'));
  const clear = async () => {
    // What a test has closed to its owner is opened again; what it has removed is no trouble.
    spawnSync('chmod', ['-R', 'u+rwX', path]);
    await rm(path, { recursive: true, force: true });
  };
  return { path, clear };
}

/** Runs `use` with a new workspace, and removes it. */
export async function withWorkspace(use: (workspace: Workspace) => Promise<void>): Promise<void> {
  const folder = await makeFolder();
  try {
    await use(await createWorkspace(join(folder.path, 'work')));
  } finally {
    await folder.clear();
  }
}
