/** The moments of a snapshot and of a restore at which a process is killed (T4, T10), and what must hold afterwards. */
import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { filesOf } from '../../../src/db/old-files.ts';
import { type Script, textReply, toolReply } from '../../../src/demo-model/reply.ts';
import { openBlob } from '../../../src/versions/blob-store.ts';
import { historyFolder } from '../../../src/versions/store-files.ts';
import { until } from '../until.ts';
import type { FaultSystem } from './fault-system.ts';
import { type GatePlace, setGate } from './gate.ts';
import type { Fault } from './process-faults.ts';
import { answersSoFar } from './scripted-turn.ts';
import { withTrouble } from './strike.ts';

export interface VersionPoint {
  name: string;
  place: GatePlace;
}

const snapshot = (when: string): GatePlace => ({ table: 'snapshots', on: 'insert', when });

/** In the order of the rerun's turn. */
export const VERSION_POINTS: VersionPoint[] = [
  { name: 'the restore is ordered', place: { table: 'restores', on: 'insert', when: 'true' } },
  {
    name: 'the files before it are kept',
    place: snapshot("new.reason = 'restore' and new.restored is null"),
  },
  { name: 'a file is written', place: { table: 'upload_room', on: 'insert', when: "new.kind = 'file'" } },
  {
    name: 'another file is written',
    place: {
      table: 'upload_room',
      on: 'insert',
      // The tools of two turns had six, and the first file of the restore one.
      when: "new.kind = 'file' and (select count(*) from upload_room r where r.work_id = new.work_id) >= 7",
    },
  },
  { name: 'the files of then are kept', place: snapshot('new.restored is not null') },
  { name: 'the restore ends', place: { table: 'restores', on: 'update', when: "new.state = 'done'" } },
  { name: 'the turn’s beginning is kept', place: snapshot("new.reason = 'turn' and new.turn = 3") },
  { name: 'a tool’s change is kept', place: snapshot("new.reason = 'tool' and new.turn = 3") },
];

const TEXTS: Record<string, string[]> = {
  first: ['a.md', 'b.md', 'deep/c.md'],
  second: ['a.md', 'b.md', 'deep/d.md'],
  third: ['e.md'],
};

/** `first`, `second` and `third` write files that say so. */
export const versionsScript: Script = (request) => {
  const words = String(request.messages.findLast(({ role }) => role === 'user')?.content ?? '');
  const which = Object.keys(TEXTS).find((name) => words.includes(name));
  if (which === undefined || answersSoFar(request) > 0) return textReply('Done.');
  const calls = (TEXTS[which] ?? []).map((file) => ({
    name: 'writemd',
    arguments: { file, content: `${which} ${file}\n`, mode: 'write' },
  }));
  return toolReply(calls);
};

/** All files of a Work by their paths. */
async function filesIn(dataDir: string, workId: string): Promise<Record<string, string>> {
  const root = path.join(dataDir, 'workspaces', workId);
  const files: Record<string, string> = {};
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isFile()) files[path.relative(root, file)] = await readFile(file, 'utf8');
  }
  return files;
}

/** Two turns, the second run again with the files of then, and one fault in that. @returns ms until its turn had ended */
export async function strikeRestore(system: FaultSystem, point: VersionPoint, fault: Fault): Promise<number> {
  const workId = await system.newWork(system.account);
  const watcher = system.watch(workId);
  const ended = (turn: number) =>
    watcher.event(
      (event) => event.kind === 'turn.completed' && event.turn === turn,
      `the end of turn ${turn}`,
    );
  watcher.say('first');
  await ended(1);
  const then = await filesIn(system.dataDir, workId);
  const second = watcher.say('second');
  await ended(2);
  const gate = await setGate(system.databaseUrl, workId, point.place);
  try {
    const route = `/api/works/${workId}/messages/${second}/rerun`;
    const again = { id: randomUUID(), text: 'third', files: 'restore' };
    const asked = await system.request(system.account, 'POST', route, again);
    if (asked.status !== 202) throw new Error(`the rerun was answered with ${asked.status}`);
    await gate.reached();
    await fault.strike(system, gate);
    const struck = performance.now();
    await ended(3);
    const ms = Math.round(performance.now() - struck);
    const problems = await wrongAfter(system, workId, { ...then, 'e.md': 'third e.md\n' });
    if (problems.length > 0) throw new Error(problems.join('\n'));
    await system.expectSound(workId);
    return ms;
  } catch (error) {
    throw withTrouble(error, system);
  } finally {
    watcher.close();
    await system.tidy();
    await gate.remove();
  }
}

async function wrongAfter(
  { db, dataDir }: FaultSystem,
  workId: string,
  wanted: Record<string, string>,
): Promise<string[]> {
  const problems: string[] = [];
  const files = await filesIn(dataDir, workId);
  if (JSON.stringify(Object.entries(files).sort()) !== JSON.stringify(Object.entries(wanted).sort()))
    problems.push(`T10: the files are ${JSON.stringify(files)}, not ${JSON.stringify(wanted)}`);
  await until(
    async () =>
      (
        await db
          .selectFrom('restores')
          .select('id')
          .where('work_id', '=', workId)
          .where('state', '<>', 'done')
          .execute()
      ).length === 0,
    'the restore had ended',
  );
  const kept = await db
    .selectFrom('snapshots')
    .selectAll()
    .where('work_id', '=', workId)
    .orderBy('number')
    .execute();
  const turns = kept.filter(({ reason }) => reason === 'turn').map(({ turn }) => turn);
  if (turns.join() !== '1,2,3') problems.push(`T4: turns ${turns.join()} have snapshots`);
  const calls = kept.flatMap(({ tool_call_id }) => (tool_call_id === null ? [] : [tool_call_id]));
  if (calls.length !== 7 || new Set(calls).size !== 7)
    problems.push(`T4: ${calls.length} calls have snapshots`);
  for (const { id } of kept) {
    for (const { path: file, sha256, blob } of await filesOf(db, workId, id)) {
      const bytes =
        blob && (await buffer(await openBlob(historyFolder(dataDir, workId), { sha256, ...blob })));
      if (bytes === null) problems.push(`T4: the bytes of ${file} are not kept`);
    }
  }
  return problems;
}
