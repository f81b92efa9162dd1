/** D9, R8: a stop waits for those only who are at the turn and hear of it, not for what is held or waits. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createClient } from '../../src/db/database.ts';
import { textReply, toolReply } from '../../src/demo-model/reply.ts';
import { type FaultSystem, startFaultSystem } from '../support/faults/fault-system.ts';
import { answersSoFar } from '../support/faults/scripted-turn.ts';
import { STOP_PHASES } from '../support/faults/stop-phases.ts';
import { expectStopped } from '../support/faults/stop-turn.ts';
import { testWith } from '../support/needs.ts';
import { until } from '../support/until.ts';

let system: FaultSystem;

beforeAll(async () => {
  system = await startFaultSystem({ script: () => textReply('unused') });
});

afterAll(() => system.close());

/** Whoever ends a stopped turn without those who are at it has waited 2 s for them, and says so. */
function expectNobodyLeftBehind(seenBefore: number): void {
  expect(leftBehind().slice(seenBefore)).toEqual([]);
}

function leftBehind(): string[] {
  return system.complaints().filter((line) => line.includes('left behind'));
}

for (const { name, script, reached, runsCode } of STOP_PHASES)
  testWith(...(runsCode ? (['bubblewrap'] as const) : []))(
    `D9: a stop in the phase "${name}" ends the turn at once`,
    async () => {
      system.model.setScript(script('stopped.py'));
      const before = leftBehind().length;
      await expectStopped(system, reached, (watcher) => watcher.stop());
      expectNobodyLeftBehind(before);
    },
  );

test('D9, D5: a stop while a file tool is held ends the turn at once, and the tool never writes', async () => {
  const holder = createClient({ connectionString: system.databaseUrl });
  await holder.connect();
  const before = leftBehind().length;
  const workId = await system.newWork(system.account);
  const watcher = system.watch(workId);
  const write = (file: string) =>
    toolReply([{ name: 'writemd', arguments: { file, content: '# Late\n', mode: 'write' } }]);
  system.model.setScript((request) => (answersSoFar(request) > 0 ? textReply('Done.') : write('held.md')));
  try {
    // The tool looks into its journal first, and waits there.
    await holder.query('begin; lock table file_changes in access exclusive mode');
    watcher.say('write');
    await until(async () => {
      const { rowCount } = await holder.query(
        "select from pg_locks where relation = 'file_changes'::regclass and not granted",
      );
      return rowCount === 1;
    }, 'the tool was held');
    await watcher.stop();
    const end = await watcher.event(({ kind }) => kind === 'turn.completed', 'the end');
    expect(end).toMatchObject({ outcome: 'stopped' });
    expectNobodyLeftBehind(before);
  } finally {
    await holder.query('commit');
    await holder.end();
  }
  // By the end of another turn, and of its process, the tool that was left behind has come to its end.
  system.model.setScript((request) => (answersSoFar(request) > 0 ? textReply('Done.') : write('next.md')));
  watcher.say('write again');
  await watcher.event((event) => event.kind === 'turn.completed' && event.turn === 2, 'the second end');
  await system.expectSound(workId);
  watcher.close();
  await system.processes.worker.signal('SIGTERM');
  const files = await readdir(path.join(system.dataDir, 'workspaces', workId));
  expect(files).toContain('next.md');
  expect(files).not.toContain('held.md');
  expect(files.filter((file) => file.startsWith('.paperagent-tmp'))).toEqual([]);
});
