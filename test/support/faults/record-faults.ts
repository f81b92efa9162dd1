/** The moments between a run's end and the end of its call (T2, T3), and what must be recorded afterwards, whoever dies. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { listRuns } from '../../../src/db/ended-runs.ts';
import { type Script, textReply, toolReply } from '../../../src/demo-model/reply.ts';
import { ofKind } from '../works.ts';
import type { FaultSystem } from './fault-system.ts';
import { type GatePlace, setGate } from './gate.ts';
import type { Fault } from './process-faults.ts';
import { answersSoFar, isCodeAgent } from './scripted-turn.ts';
import { withTrouble } from './strike.ts';

export interface RecordPoint {
  name: string;
  place: GatePlace;
}

/** In the order in which they come. What dies before a run has started loses it, and nothing was found (points.ts). */
export const RECORD_POINTS: RecordPoint[] = [
  {
    name: 'the run has ended, and nothing is kept of it',
    place: { table: 'upload_room', on: 'update', when: "new.kind = 'run' and new.ended_at is not null" },
  },
  {
    name: 'its files are kept',
    place: { table: 'snapshots', on: 'insert', when: "new.reason = 'run' and new.tool_call_id is not null" },
  },
  {
    name: 'what it read and wrote is stored',
    place: { table: 'runs', on: 'update', when: 'new.ended_at is not null' },
  },
  { name: 'its last fact is stored', place: { table: 'facts', on: 'insert', when: 'new.n = 3' } },
];

/** Counts its starts beside the workspace's other files, for what it writes itself it does not read. */
const CODE = [
  'import json',
  'from paperagent import record',
  "with open('count.txt', 'a') as f: f.write('x')",
  "record('total', sum(float(line) for line in open('data.md')), 'kg')",
  "print('mean=2.5')",
  "json.dump({'share': 0.25}, open('out.json', 'w'))",
].join('\n');

export const recordScript: Script = (request) => {
  const answered = answersSoFar(request);
  if (isCodeAgent(request)) {
    const run = { code: CODE, filename: 'find.py', timeoutSeconds: 60 };
    return answered === 0
      ? toolReply([{ name: 'run_python', arguments: run }])
      : textReply('The run is over.');
  }
  if (answered === 0)
    return toolReply([{ name: 'writemd', arguments: { file: 'data.md', content: '1\n4\n', mode: 'write' } }]);
  return answered === 1
    ? toolReply([{ name: 'code_agent', arguments: { task: 'Find the total.' } }])
    : textReply('Done.');
};

/** A turn with one run, and one fault. @returns ms until the turn had ended. @throws with all that is wrong */
export async function strikeRecord(system: FaultSystem, point: RecordPoint, fault: Fault): Promise<number> {
  const workId = await system.newWork(system.account);
  const gate = await setGate(system.databaseUrl, workId, point.place);
  const watcher = system.watch(workId);
  try {
    watcher.say('Find it.');
    await gate.reached();
    await fault.strike(system, gate);
    const struck = performance.now();
    await watcher.event(({ kind }) => kind === 'turn.completed', 'the end of the turn');
    const ms = Math.round(performance.now() - struck);
    await system.expectSound(workId);
    const ends = ofKind(watcher.events, 'tool.completed').filter(({ run }) => run !== undefined);
    const problems = await wrongRecords(system, workId);
    if (ends.length !== 1) problems.push(`P16: ${ends.length} calls have ended with a run`);
    if (problems.length > 0) throw new Error(problems.join('\n'));
    return ms;
  } catch (error) {
    throw withTrouble(error, system);
  } finally {
    watcher.close();
    await system.tidy();
    await gate.remove();
  }
}

/** What is not as one run must leave it: recorded once, whole. */
async function wrongRecords({ db, dataDir }: FaultSystem, workId: string): Promise<string[]> {
  const problems: string[] = [];
  const { runs } = await listRuns(db, workId, { limit: 10 });
  const started = await readFile(path.join(dataDir, 'workspaces', workId, 'count.txt'), 'utf8');
  if (started !== 'x') problems.push(`D7: it ran ${started.length} times`);
  const found = runs.map(({ number, exitCode, facts, reads, writes }) => ({
    ...{ number, exitCode },
    facts: facts.map(({ name, value, source }) => `${name}=${value} by ${source}`),
    reads: reads?.map((file) => file.path) ?? null,
    writes: writes.map((file) => file.path),
  }));
  const wanted = [
    {
      ...{ number: 1, exitCode: 0 },
      facts: ['total=5.0 by record', 'mean=2.5 by printed', 'share=0.25 by file'],
      reads: ['data.md'],
      writes: ['code/find.py', 'count.txt', 'out.json'],
    },
  ];
  if (JSON.stringify(found) !== JSON.stringify(wanted))
    problems.push(`T2, T3: recorded is ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
  const rows = await db.selectFrom('runs').select('number').where('work_id', '=', workId).execute();
  if (rows.length !== 1) problems.push(`T2: there are ${rows.length} runs`);
  const kept = await db
    .selectFrom('snapshots')
    .select('id')
    .where('work_id', '=', workId)
    .where('reason', '=', 'run')
    .where('tool_call_id', 'is not', null)
    .execute();
  if (kept.length !== 1) problems.push(`T4: what it left was kept ${kept.length} times`);
  return problems;
}
