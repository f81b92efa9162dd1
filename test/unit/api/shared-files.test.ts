/** The figures of a shared paper are found once for all who wait, and no one's leaving is another's failure (H8). */
import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createSharedFiles } from '../../../src/api/shares/shared-files.ts';
import type { OpenShare } from '../../../src/db/shares.ts';
import type { ProvenanceThreads } from '../../../src/provenance/jobs.ts';
import { workspaceFolder } from '../../../src/workspace/create-workspace.ts';
import { PAPER } from '../../../src/workspace/paper.ts';
import { withTemporaryFolder } from '../../support/temporary-folder.ts';
import { until } from '../../support/until.ts';

const SHOWN = { images: ['a.png'], cites: false };

async function sharedPaper(dataDir: string): Promise<OpenShare> {
  const workId = randomUUID();
  const folder = workspaceFolder(dataDir, workId);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, PAPER), `# ${workId}\n\n![a](a.png)\n`);
  const ids = { id: randomUUID(), workId, ownerId: randomUUID() };
  return { ...ids, what: 'paper', title: 'T', expiresAt: null };
}

/** Threads whose first job ends only when it is given up, as one that waits for a place does; the later ones answer at once. */
function slowAtFirst() {
  const begun: AbortSignal[] = [];
  const threads = {
    run(_job: string, _given: unknown[], { signal }: { signal: AbortSignal }) {
      begun.push(signal);
      if (begun.length > 1) return Promise.resolve(SHOWN);
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    },
  } as unknown as ProvenanceThreads;
  return { begun, threads };
}

test('H8: whoever waits for a paper’s figures gets them although the one who asked first has gone', async () => {
  await withTemporaryFolder(async (dataDir) => {
    const { begun, threads } = slowAtFirst();
    const files = createSharedFiles(dataDir, threads);
    const [share, another] = [await sharedPaper(dataDir), await sharedPaper(dataDir)];
    const stays = new AbortController().signal;
    const tab = new AbortController();

    const left = expect(files.mayRead(share, 'a.png', tab.signal)).rejects.toThrow('closed');
    await until(() => begun.length === 1, 'the first asks');
    const waiting = Array.from({ length: 5 }, () => files.mayRead(share, 'a.png', stays));
    // One that comes after them has its answer: so they wait for the first one's.
    await files.mayRead(another, 'a.png', stays);
    tab.abort(new Error('closed'));

    await left;
    expect(await Promise.all(waiting)).toEqual([true, true, true, true, true]);
    // Asked again once, for all of them.
    expect(begun.length).toBe(3);
  });
});

test('H8: what a paper’s job itself failed by is told to all who wait, and is not asked again for them', async () => {
  await withTemporaryFolder(async (dataDir) => {
    let runs = 0;
    const threads = {
      run() {
        runs += 1;
        return Promise.reject(new Error('broken'));
      },
    } as unknown as ProvenanceThreads;
    const files = createSharedFiles(dataDir, threads);
    const share = await sharedPaper(dataDir);
    await expect(files.mayRead(share, 'a.png', new AbortController().signal)).rejects.toThrow('broken');
    expect(runs).toBe(1);
  });
});
