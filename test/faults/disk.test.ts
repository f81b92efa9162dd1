/** A disk with no room, and a workspace that is gone: what a person and a model are told, and that nothing is lost. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { LogEvent } from '../../src/domain/events.ts';
import { type FaultSystem, startFaultSystem } from '../support/faults/fault-system.ts';
import { setGate } from '../support/faults/gate.ts';
import { pointNamed } from '../support/faults/points.ts';
import { faultList } from '../support/faults/report.ts';
import { strikeRun } from '../support/faults/run-faults.ts';
import { scriptedTurn } from '../support/faults/scripted-turn.ts';
import { withTrouble } from '../support/faults/strike.ts';
import { testWith } from '../support/needs.ts';
import { ofKind } from '../support/works.ts';

const list = faultList('disk');
const CASES = 3;
/** What a run may not leave less of than 512 MiB. */
const DISK_MIB = 720;
const MIB = 1024 ** 2;

let system: FaultSystem;
let disk: string | undefined;

beforeAll(async () => {
  disk = mountSmallDisk();
  system = await startFaultSystem({ script: scriptedTurn, ...(disk === undefined ? {} : { under: disk }) });
});

afterAll(async () => {
  await system?.close();
  if (disk !== undefined) execFileSync('umount', [disk]);
  if (disk !== undefined) rmSync(disk, { recursive: true });
  await list.write(CASES);
});

/** Undefined where this user may not mount one. */
function mountSmallDisk(): string | undefined {
  const folder = mkdtempSync(path.join(tmpdir(), 'paperagent-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m,mode=755`, 'tmpfs', folder], {
      stdio: 'ignore',
    });
    return folder;
  } catch {
    rmSync(folder, { recursive: true });
    return undefined;
  }
}

const endOf = (turn: number) => (event: LogEvent) => event.kind === 'turn.completed' && event.turn === turn;
/** Only root may mount a small disk. */
const onSmallDisk = testWith('Linux', 'root');

/** What the model was told of the calls, in order. */
const results = (events: LogEvent[]) => ofKind(events, 'tool.completed').map(({ result }) => result);

onSmallDisk(
  'S6, D7: a run that fills the disk ends as disk_limit, and the turn goes on',
  async () => {
    await list.row('a run fills the disk', async () => {
      const ms = await strikeRun(system, {
        name: 'disk filled',
        kinds: ['bubblewrap'],
        code: [
          "with open('big', 'wb') as f:",
          `    for _ in range(240): f.write(bytes(${MIB}))`,
          'time.sleep(30)',
        ],
        ending: 'disk_limit',
        told: /disk limit/,
      });
      return `disk_limit after ${ms} ms`;
    });
  },
  90_000,
);

onSmallDisk(
  'R6, D8: a full disk is something the model is told; the Work stays usable, and its history follows',
  async () => {
    await list.row('the disk is full from the first tool on', async () => {
      const ballast = path.join(disk ?? '', 'ballast');
      system.model.setScript(scriptedTurn);
      const workId = await system.newWork(system.account);
      const gate = await setGate(system.databaseUrl, workId, pointNamed('tool claimed').place);
      const watcher = system.watch(workId);
      try {
        watcher.say('Write it, count it.');
        await gate.reached();
        await fill(ballast);
        await gate.open();
        expect(await watcher.event(endOf(1), 'the end')).toMatchObject({ outcome: 'done' });
        const told = results(watcher.events);
        expect(told.filter((result) => result.includes('the disk is full'))).toHaveLength(2);
        watcher.say('Again.');
        expect(await watcher.event(endOf(2), 'the second end')).toMatchObject({ outcome: 'done' });
        await rm(ballast);
        await system.expectSound(workId);
        return 'told so by each tool, two turns done, the history file written once there was room';
      } catch (error) {
        throw withTrouble(error, system);
      } finally {
        watcher.close();
        await rm(ballast, { force: true });
        await gate.remove();
      }
    });
  },
  120_000,
);

test('R6: where the workspace folder is gone, the model is told, and the turn ends in order', async () => {
  await list.row('the workspace folder is gone', async () => {
    system.model.setScript(scriptedTurn);
    const workId = await system.newWork(system.account);
    const gate = await setGate(system.databaseUrl, workId, pointNamed('tool claimed').place);
    const watcher = system.watch(workId);
    try {
      watcher.say('Write it, count it.');
      await gate.reached();
      await rm(path.join(system.dataDir, 'workspaces', workId), { recursive: true });
      await gate.open();
      expect(await watcher.event(endOf(1), 'the end')).toMatchObject({ outcome: 'done' });
      expect(results(watcher.events).at(1)).toMatch(/there is no such file/);
      expect(results(watcher.events).at(2)).toMatch(/was not run, for the workspace cannot be used/);
      await system.expectSound(workId);
      return 'told so by each tool, the turn done';
    } catch (error) {
      throw withTrouble(error, system);
    } finally {
      watcher.close();
      await gate.remove();
    }
  });
}, 90_000);

/** Leaves no room at all. */
async function fill(file: string): Promise<void> {
  const handle = await open(file, 'w');
  try {
    for (let size = MIB; size >= 1; ) {
      try {
        await handle.write(Buffer.alloc(size));
      } catch {
        size = Math.floor(size / 16);
      }
    }
  } finally {
    await handle.close();
  }
}
