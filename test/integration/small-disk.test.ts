/** A disk that one person's code fills, with everybody's files on it: the others go on, and so does deleting (SR-C2). */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { type Script, textReply, toolReply } from '../../src/demo-model/reply.ts';
import { DISK_RESERVE_BYTES, freeBytes } from '../../src/workspace/disk-room.ts';
import { eventually } from '../support/eventually.ts';
import { answersSoFar, isCodeAgent } from '../support/faults/scripted-turn.ts';
import { testWith } from '../support/needs.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';
import { ofKind } from '../support/works.ts';

const MIB = 1024 ** 2;
const DISK_MIB = 900;

/** Fills whatever there is, within the limits of a Work and of a file. */
const CODE = `piece = bytes(1024 ** 2)
for number in range(8):
    with open(f'fill-{number}', 'wb') as file:
        for _ in range(120): file.write(piece)
`;

const fills: Script = (request) => {
  const answered = answersSoFar(request);
  if (answered > 0) return textReply('Done.');
  if (isCodeAgent(request))
    return toolReply([{ name: 'run_python', arguments: { code: CODE, filename: 'fill.py' } }]);
  return toolReply([{ name: 'code_agent', arguments: { task: 'Compute.' } }]);
};

/** Only root may mount a disk of its own. */
const asRoot = testWith('Linux', 'root', 'bubblewrap');
let disk: string;
let system: TestSystem;

beforeAll(async () => {
  disk = mkdtempSync(path.join(tmpdir(), 'pa-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m`, 'none', disk]);
  system = await startTestSystem({ script: fills, under: disk });
  await system.startWorker();
});
afterAll(async () => {
  await system?.close();
  if (disk === undefined) return;
  execFileSync('umount', ['--lazy', disk]);
  rmdirSync(disk);
});

asRoot(
  'SR-C2: a run that fills the disk ends before the reserve is gone, and what it added goes',
  async () => {
    const { account, workId, chat } = await system.newChat();
    const other = await system.newChat();
    const before = await freeBytes(disk);
    chat.say('fill');
    await chat.event(({ kind }) => kind === 'turn.completed', 'the end');
    const [run] = ofKind(chat.events, 'tool.completed');
    expect(run).toMatchObject({ ok: false, ending: 'disk_limit' });
    expect(run?.result).toContain('To bring the workspace back within its limits');
    expect(readdirSync(path.join(system.dataDir, 'workspaces', workId, 'code'))).toContain('fill.py');
    expect(await freeBytes(disk)).toBeGreaterThanOrEqual(DISK_RESERVE_BYTES);
    expect(await freeBytes(disk)).toBeLessThanOrEqual(before);

    const ready = await fetch(`${system.url}/health/ready`);
    expect(ready.status).toBe(200);
    const put = await fetch(`${system.url}/api/works/${other.workId}/files/a.txt`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${other.account.token}` },
      body: 'x',
    });
    expect([201, 507]).toContain(put.status);
    expect((await system.request(account, 'DELETE', `/api/works/${workId}`)).status).toBe(204);
    other.chat.close();
  },
  120_000,
);

asRoot(
  'SR-C2: with nothing left at all, deleting works, and /health/ready says that the disk is full',
  async () => {
    const { account, workId, chat } = await system.newChat();
    chat.close();
    /** Deleted files are still going away: what they leave is taken, too. */
    const filled = async () => {
      const left = (await freeBytes(disk)) - 16 * MIB;
      if (left > 0)
        execFileSync('fallocate', ['-l', String(left), path.join(disk, `filler-${randomUUID()}`)]);
      return (await fetch(`${system.url}/health/ready`)).status;
    };
    expect(await eventually(filled, (status) => status === 503)).toBe(503);
    const put = await fetch(`${system.url}/api/works/${workId}/files/a.txt`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${account.token}` },
      body: 'x',
    });
    expect(put.status).toBe(507);
    expect((await system.request(account, 'DELETE', `/api/works/${workId}`)).status).toBe(204);
  },
  60_000,
);
