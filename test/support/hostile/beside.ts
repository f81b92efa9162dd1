/** What an attack does to others: an honest person's turns with code go on beside it, and what it took comes back. */
import { readFile, statfs } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { eventually } from '../eventually.ts';
import { ofKind } from '../works.ts';
import type { HostileSystem } from './hostile-system.ts';
import { running } from './obedient-model.ts';
import type { Person } from './person.ts';

/** What an honest turn with code may take while somebody attacks. */
export const HONEST_MS = 10_000;

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
  await honestTurn(honest);
  const before = await taken(system);
  let attacking = true;
  const turns = (async () => {
    do {
      await honestTurn(honest);
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

async function honestTurn({ person, workId }: Honest): Promise<void> {
  const turn = await person.turn(workId, running('print(6 * 7)'), HONEST_MS);
  expect(turn.end).toMatchObject({ outcome: 'done' });
  const results = ofKind(turn.events, 'tool.completed').map(({ result }) => result);
  expect(results.join('\n')).toContain('42');
}

interface Taken {
  pids: Record<string, number>;
  /** Bytes resident, by role. */
  memory: Record<string, number>;
  /** Bytes free where the data is. */
  free: number;
}

async function taken(system: HostileSystem): Promise<Taken> {
  const pids = system.pids();
  const memory: Record<string, number> = {};
  for (const [role, pid] of Object.entries(pids)) memory[role] = await residentBytes(pid);
  const { bavail, bsize } = await statfs(system.dataDir);
  return { pids, memory, free: bavail * bsize };
}

/** The most that one process holds more, and what the disk has less. */
function keptSince(before: Taken, after: Taken): { memory: number; disk: number; by: string } {
  let [memory, by] = [0, ''];
  for (const [role, bytes] of Object.entries(after.memory)) {
    const more = bytes - (before.memory[role] ?? 0);
    if (more > memory) [memory, by] = [more, role];
  }
  return { memory, disk: before.free - after.free, by };
}

/** 0 for a process that has ended. */
async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}
