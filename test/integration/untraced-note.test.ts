/** What the main agent is told behind an edit of its paper (T11). */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Script, textReply, toolReply } from '../../src/demo-model/reply.ts';
import { addPastRuns } from '../support/past-runs.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';

const CONTENT = 'The zeta is 0.84413, of 1,234 forms, beside 0.77125 and 3 others; with 95 % confidence.';

/** Writes a text, then adds to it, and mends in the end what it was told of. */
const script: Script = (request) => {
  const results = request.messages.filter(({ role }) => role === 'tool');
  const write = (content: string, mode: string) =>
    toolReply([{ name: 'writemd', arguments: { file: 'paper.md', content, mode } }]);
  if (results.length === 0) return write(CONTENT, 'write');
  if (results.length === 1) return write('\n\nAgain: 0.84413.', 'append');
  const untraced = /in no run, message or file either: ([\d.]+)\./.exec(String(results.at(-1)?.content))?.[1];
  return untraced === undefined
    ? textReply('Done.')
    : write(CONTENT.replace(`beside ${untraced} and`, 'beside'), 'write');
};

let system: TestSystem;
beforeAll(async () => {
  system = await startTestSystem({ script });
});
afterAll(() => system.close());

test('T11: an edit ends with the numbers that stand in no run, message or file, and the agent mends them', async () => {
  await system.startWorker();
  const { workId, chat } = await system.newChat();
  await addPastRuns(system.db, workId, [
    { filename: 'a.py', code: 'print("zeta=0.84413")', output: 'zeta=0.84413\n' },
  ]);
  chat.say('Write about the 1,234 forms.');
  await chat.event(({ kind }) => kind === 'turn.completed', 'the end');
  const results = await system.db
    .selectFrom('tool_calls')
    .select('result')
    .where('work_id', '=', workId)
    .where('name', '=', 'writemd')
    .orderBy('step')
    .execute();
  expect(results).toHaveLength(3);
  expect(results[0]?.result).toContain(
    'In no run, message or file: 0.77125. Let a script print them, or take them out.',
  );
  expect(results[1]?.result).toContain(
    'Elsewhere in the paper, in no run, message or file either: 0.77125. Name in your answer what is left.',
  );
  expect(results[1]?.result).not.toContain('In no run');
  expect(results[2]?.result).not.toMatch(/in no run/i);
});
