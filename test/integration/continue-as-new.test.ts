import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { textReply } from '../../src/demo-model/reply.ts';
import type { LogEvent } from '../../src/domain/events.ts';
import { workflowIdOf } from '../../src/workflows/messages.ts';
import { testServers } from '../support/servers.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';
import { ofKind } from '../support/works.ts';

let system: TestSystem;
let connection: Connection;

beforeAll(async () => {
  system = await startTestSystem({ script: () => textReply('Yes.') });
  await system.startWorker();
  connection = await Connection.connect({ address: testServers().temporalAddress });
});

afterAll(async () => {
  await connection?.close();
  await system?.close();
});

/** Far more turns than a history's length allows for; how many events one takes depends on the machine's pace. */
const MOST_TURNS = 600;

test('R10, D11: a long Work continues as new between turns, and nobody notices', async () => {
  const { workId, chat } = await system.newChat();
  const client = new Client({ connection, namespace: system.namespace });
  const handle = client.workflow.getHandle(workflowIdOf(workId));
  const isContinued = async () => {
    const { raw } = await handle.describe();
    return raw.workflowExecutionInfo?.firstRunId !== raw.workflowExecutionInfo?.execution?.runId;
  };

  let turns = 0;
  do {
    turns += 10;
    for (let turn = turns - 9; turn <= turns; turn += 1) {
      chat.say(`message ${turn}`);
      // In twos: one is taken as its predecessor ends, the other wakes a workflow that waits.
      if (turn % 2 === 0) {
        await chat.event((event) => event.kind === 'turn.completed' && event.turn === turn, `turn ${turn}`);
      }
    }
  } while (!(await isContinued()) && turns < MOST_TURNS);
  expect(await isContinued()).toBe(true);

  const said = chat.say('one more');
  const end = await chat.event(
    (event) => event.kind === 'turn.completed' && event.turn === turns + 1,
    'one more',
  );
  expect(end).toMatchObject({ outcome: 'done' });
  expect(ofKind(chat.events, 'turn.started').at(-1)?.messageIds).toEqual([said]);
  expect(new Set(ofKind(chat.events, 'turn.completed').map(({ outcome }) => outcome))).toEqual(
    new Set(['done']),
  );
  const kinds = kindsByTurn(chat.events);
  expect([...new Set(kinds.values())]).toHaveLength(1);
  const { raw } = await handle.describe();
  const firstRun = raw.workflowExecutionInfo?.firstRunId ?? '';
  const { events } = await client.workflow.getHandle(workflowIdOf(workId), firstRun).fetchHistory();
  const steps = stepLengths(events ?? []);
  // A signal that comes while a task runs costs more or less than one that does not: not each turn is like the next.
  expect(mean(steps.slice(-20))).toBeLessThan(1.5 * mean(steps.slice(0, 20)));
  chat.close();
  await system.expectSound(workId);
});

/** What each turn left in the log, but for how its text was cut. */
function kindsByTurn(events: LogEvent[]): Map<number, string> {
  const kinds = new Map<number, string>();
  for (const { turn, kind } of events) {
    if (turn !== null && kind !== 'text.delta') kinds.set(turn, `${kinds.get(turn) ?? ''} ${kind}`);
  }
  return kinds;
}

/** Events from one model step to the next. */
function stepLengths(events: { activityTaskScheduledEventAttributes?: object | null }[]): number[] {
  const starts = events.flatMap((event, index) =>
    event.activityTaskScheduledEventAttributes ? [index] : [],
  );
  return starts.slice(1).map((start, index) => start - (starts[index] ?? 0));
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
