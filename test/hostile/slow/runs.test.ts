import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { running } from '../../support/hostile/obedient-model.ts';
import { hostileSuite } from '../../support/hostile/suite.ts';
import { ofKind } from '../../support/works.ts';

/** Code that takes the disk, the slots or the worker; on a small disk of its own where that can be mounted. */
const DISK_GIB = 6;
const disk = mountSmallDisk();
const suite = hostileSuite(disk === undefined ? {} : { under: disk });
afterAll(() => {
  if (disk === undefined) return;
  // What ended just now may still hold it for a moment.
  execFileSync('umount', ['--lazy', disk]);
  rmSync(disk, { recursive: true });
});

const ATTACK_MS = 240_000;
const MIB = 1024 ** 2;

/** Undefined where this user may not mount one. */
function mountSmallDisk(): string | undefined {
  const folder = mkdtempSync(path.join(tmpdir(), 'paperagent-disk-'));
  const image = `${folder}.ext4`;
  try {
    execFileSync('truncate', ['-s', `${DISK_GIB}G`, image]);
    execFileSync('mkfs.ext4', ['-q', '-F', image]);
    execFileSync('mount', ['-o', 'loop', image, folder]);
    return folder;
  } catch {
    rmSync(folder, { recursive: true });
    return undefined;
  } finally {
    // The mount holds it.
    rmSync(image, { force: true });
  }
}

async function workspaceBytes(workId: string): Promise<number> {
  const { text } = await suite.stranger().request('GET', `/api/works/${workId}/files`);
  const { items } = JSON.parse(text) as { items: { size: number }[] };
  return items.reduce((sum, { size }) => sum + size, 0);
}

async function ready(): Promise<number> {
  return (await fetch(`${suite.system().url}/health/ready`)).status;
}

const FALLOCATE = `
import os
for n in range(40):
    f = os.open(f'big{n}', os.O_CREAT | os.O_RDWR)
    try:
        os.posix_fallocate(f, 0, 256 * 1024 * 1024)
    except OSError as error:
        print(n, error)
`;

test(
  'SR-C2: one run that takes the disk at once leaves the others theirs, and is given back',
  async () => {
    await suite.attack(async () => {
      const workId = await suite.newWork();
      await suite.stranger().turn(workId, running(FALLOCATE), 120_000);
      expect(await workspaceBytes(workId)).toBeLessThanOrEqual(1024 * MIB);
      const again = await suite.stranger().turn(workId, running(FALLOCATE, FALLOCATE, FALLOCATE), 180_000);
      expect(again.end.outcome).toBe('done');
      expect(await workspaceBytes(workId)).toBeLessThanOrEqual(1024 * MIB);
      expect(await ready()).toBe(200);
    });
  },
  ATTACK_MS,
);

const SPARSE = `
import os
for n in range(400):
    f = os.open(f'sparse{n}', os.O_CREAT | os.O_RDWR)
    os.ftruncate(f, 256 * 1024 * 1024)
    os.close(f)
`;

test(
  'SR-C2, SR-H8: sparse files are neither hashed for minutes nor written out by a copy',
  async () => {
    await suite.attack(async () => {
      const workId = await suite.newWork();
      const { ms } = await suite.stranger().turn(workId, running(SPARSE, SPARSE), 60_000);
      expect(ms).toBeLessThan(60_000);
      const copy = await suite.stranger().request('POST', `/api/works/${workId}/duplicate`, {});
      if (copy.status === 201) {
        const { id } = JSON.parse(copy.text) as { id: string };
        expect(await workspaceBytes(id)).toBeLessThanOrEqual(1024 * MIB);
        await suite.stranger().remove(id);
      } else expect(copy.status).toBeLessThan(500);
    });
  },
  ATTACK_MS,
);

test(
  'SR-H8: a guest who sleeps in a dozen Works keeps nobody from running code',
  async () => {
    await suite.attack(async () => {
      const works = await Promise.all(Array.from({ length: 12 }, () => suite.newWork()));
      const asleep = works.map((workId) =>
        suite.stranger().order(workId, running('import time; time.sleep(25)', 'import time; time.sleep(25)')),
      );
      for (const { status } of await Promise.all(asleep)) expect(status).toBeLessThan(500);
      // The honest person's turns go on meanwhile.
      await suite
        .stranger()
        .turn(works[0] ?? '', running('print(1)'), 120_000)
        .catch(() => {});
    });
  },
  ATTACK_MS,
);

test(
  'SR-H6: nine thousand files that a run leaves are told within bounds',
  async () => {
    await suite.attack(async () => {
      const workId = await suite.newWork();
      const code = `
import os
folder = '/'.join('d' * 250 for _ in range(14))
os.makedirs(folder)
for n in range(9000): open(f'{folder}/{n}', 'w').close()
`;
      const turn = await suite.stranger().turn(workId, running(code), 60_000);
      expect(turn.end.outcome).toBe('done');
      const done = ofKind(turn.events, 'tool.completed');
      for (const { result, files } of done) {
        expect(result.length).toBeLessThan(MIB);
        expect(JSON.stringify(files).length).toBeLessThan(8 * MIB);
      }
      const messages = await suite.stranger().request('GET', `/api/works/${workId}/messages`);
      expect(messages.text.length).toBeLessThan(16 * MIB);
    });
  },
  ATTACK_MS,
);

test(
  'SR-M6: twenty thousand nested folders neither use up descriptors nor keep a Work from being deleted',
  async () => {
    await suite.attack(async () => {
      const workId = await suite.newWork();
      const code = `
import os
for _ in range(20000):
    os.mkdir('d')
    os.chdir('d')
`;
      const turn = await suite.stranger().turn(workId, running(code), 60_000);
      expect(turn.end.outcome).toBe('done');
      expect(ofKind(turn.events, 'tool.completed').map(({ ending }) => ending)).not.toContain('lost');
    });
  },
  ATTACK_MS,
);

const SETUID = `
import os, shutil
shutil.copy('/usr/bin/env', 'own')
try:
    os.chmod('own', 0o4755)
except OSError as error:
    print('refused', error)
print(oct(os.stat('own').st_mode))
`;

test(
  'SR-H3: a run leaves no program that would run as another user',
  async () => {
    await suite.attack(async () => {
      const workId = await suite.newWork();
      await suite.stranger().turn(workId, running(SETUID), 60_000);
      const found = execFileSync('find', [
        path.join(suite.system().dataDir, 'workspaces', workId),
        ...['-perm', '/6000'],
      ]).toString();
      expect(found).toBe('');
    });
  },
  ATTACK_MS,
);
