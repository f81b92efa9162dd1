/** What an attack does to others: an honest person's turns with code go on beside it, and what it took comes back. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect } from '@jest/globals';
import { eventually } from '../eventually.ts';
import { ofKind } from '../works.ts';
import type { HostileSystem } from './hostile-system.ts';
import { running } from './obedient-model.ts';
import type { Person } from './person.ts';

/**
 * What an honest turn with code may take while somebody attacks; on a machine that is busy with other things, so many
 * times as long as one took just before.
 */
export const HONEST_MS = 10_000;
const TIMES_AS_LONG = 4;
const ALONE_MS = 60_000;

const run = promisify(execFile);
const MIB = 1024 ** 2;
/** What a process may hold more than before once an attack is over: a heap gives back lazily. */
const MEMORY_KEPT = 400 * MIB;
const DISK_KEPT = 64 * MIB;
const SETTLE_MS = 60_000;

/** An honest person's Work, ready before anybody attacks. */
export interface Honest {
  person: Person;
  workId: string;
}

export async function honestPerson(system: HostileSystem): Promise<Honest> {
  const person = await system.guest();
  return { person, workId: await person.newWork() };
}

/**
 * Runs the attack while the honest person's turns go on one after the other, and checks that each ended `done` in
 * time, that no process was ended by the attack, and that memory and disk are back once `cleanUp` has run.
 * @returns what the attack gave
 */
export async function besideHonest<T>(
  system: HostileSystem,
  honest: Honest,
  attack: () => Promise<T>,
  cleanUp: () => Promise<void>,
): Promise<T> {
  const began = performance.now();
  await honestTurn(honest, ALONE_MS);
  const most = Math.max(HONEST_MS, TIMES_AS_LONG * (performance.now() - began));
  const before = await taken(system);
  let attacking = true;
  const turns = (async () => {
    do {
      await honestTurn(honest, most);
      await delay(200);
    } while (attacking);
  })();
  // Both are waited for, whichever fails first.
  const [attacked, beside] = await Promise.allSettled([
    attack().finally(() => {
      attacking = false;
    }),
    turns,
  ]);
  if (beside.status === 'rejected') throw beside.reason;
  if (attacked.status === 'rejected') throw attacked.reason;
  await cleanUp();
  const { pids } = before;
  expect(system.pids()).toEqual(pids);
  const kept = await eventually(
    async () => keptSince(before, await taken(system)),
    ({ memory, disk }) => memory < MEMORY_KEPT && disk < DISK_KEPT,
    SETTLE_MS,
  );
  expect({ memory: kept.memory < MEMORY_KEPT, disk: kept.disk < DISK_KEPT, kept }).toMatchObject({
    memory: true,
    disk: true,
  });
  return attacked.value;
}

async function honestTurn({ person, workId }: Honest, most: number): Promise<void> {
  const turn = await person.turn(workId, running('print(6 * 7)'), most);
  expect(turn.end).toMatchObject({ outcome: 'done' });
  const results = ofKind(turn.events, 'tool.completed').map(({ result }) => result);
  expect(results.join('\n')).toContain('42');
}

interface Taken {
  pids: Record<string, number>;
  /** Bytes resident, by role. */
  memory: Record<string, number>;
  /** Bytes of the people's folders: what others of the machine write is not counted. */
  disk: number;
}

async function taken(system: HostileSystem): Promise<Taken> {
  const pids = system.pids();
  const memory: Record<string, number> = {};
  for (const [role, pid] of Object.entries(pids)) memory[role] = await residentBytes(pid);
  return { pids, memory, disk: await bytesOf(path.join(system.dataDir, 'workspaces')) };
}

/** The most that one process holds more, and what the disk has less. */
function keptSince(before: Taken, after: Taken): { memory: number; disk: number; by: string } {
  let [memory, by] = [0, ''];
  for (const [role, bytes] of Object.entries(after.memory)) {
    const more = bytes - (before.memory[role] ?? 0);
    if (more > memory) [memory, by] = [more, role];
  }
  return { memory, disk: after.disk - before.disk, by };
}

/** What the folder's files take of the disk. */
async function bytesOf(folder: string): Promise<number> {
  const { stdout } = await run('du', ['-s', '--block-size=1', folder]).catch(
    (error: { stdout: string }) => error,
  );
  return Number.parseInt(stdout, 10);
}

/** 0 for a process that has ended. */
async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}
