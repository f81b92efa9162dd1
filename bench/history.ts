/** What a turn leaves in Temporal's history. */
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import proto, { type temporal } from '@temporalio/proto';
import { workflowIdOf } from '../src/workflows/messages.ts';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

export interface Cost {
  events: number;
  bytes: number;
}

export interface TurnHistory {
  turn: Cost;
  /** Every event as it is stored. */
  encoded: Buffer;
}

/** Opens Temporal's client; close it by `connection.close()`. */
export async function openTemporal(address: string): Promise<Client> {
  return new Client({ connection: await Connection.connect({ address }) });
}

/** The newest turn of a Work, from the signal that woke it; undefined where a new run has just begun. */
export async function newestTurn(client: Client, workId: string): Promise<TurnHistory | undefined> {
  const history = await client.workflow.getHandle(workflowIdOf(workId)).fetchHistory();
  const events = history.events ?? [];
  const from = events.findLastIndex((event) => event.workflowExecutionSignaledEventAttributes != null);
  if (from < 0) return undefined;
  const turn = events.slice(from);
  return { turn: costOf(turn), encoded: Buffer.concat(events.map(encode)) };
}

/** All that a Work's newest run has in its history, once nothing is added any more. */
export async function wholeHistory(client: Client, workId: string): Promise<Cost & { runId: string }> {
  for (let before = -1; ; ) {
    const handle = client.workflow.getHandle(workflowIdOf(workId));
    const { runId } = await handle.describe();
    const cost = costOf((await handle.fetchHistory()).events ?? []);
    // A client hears of its turn's end before the workflow does.
    if (cost.events === before) return { runId, ...cost };
    before = cost.events;
    await delay(SETTLED_MS);
  }
}

const SETTLED_MS = 500;

function costOf(events: HistoryEvent[]): Cost {
  return { events: events.length, bytes: events.reduce((bytes, event) => bytes + encode(event).length, 0) };
}

function encode(event: HistoryEvent): Uint8Array {
  return proto.temporal.api.history.v1.HistoryEvent.encode(event).finish();
}

/** An event that tells where time goes. */
export interface TimedEvent {
  /** `signaled`, `task scheduled`, `callModel started` and the like. */
  kind: string;
  /** Milliseconds since 1970, with fractions. */
  at: number;
}

/** The timed events of a Work's newest run, oldest first. */
export async function historyOf(client: Client, workId: string): Promise<TimedEvent[]> {
  const history = await client.workflow.getHandle(workflowIdOf(workId)).fetchHistory();
  const events = history.events ?? [];
  const nameOf = (scheduledId: unknown) =>
    events.find(({ eventId }) => String(eventId) === String(scheduledId))
      ?.activityTaskScheduledEventAttributes?.activityType?.name;
  const timed = events.flatMap((event) => {
    const kind = kindOf(event, nameOf);
    const { seconds = 0, nanos = 0 } = event.eventTime ?? {};
    return kind === undefined ? [] : [{ kind, at: Number(seconds) * 1000 + (nanos ?? 0) / 1e6 }];
  });
  return timed.sort((a, b) => a.at - b.at);
}

function kindOf(event: HistoryEvent, nameOf: (scheduledId: unknown) => string | null | undefined) {
  if (event.workflowExecutionSignaledEventAttributes) return 'signaled';
  if (event.workflowTaskScheduledEventAttributes) return 'task scheduled';
  if (event.workflowTaskStartedEventAttributes) return 'task started';
  if (event.workflowTaskCompletedEventAttributes) return 'task completed';
  const scheduled = event.activityTaskScheduledEventAttributes;
  if (scheduled) return `${scheduled.activityType?.name} scheduled`;
  const started = event.activityTaskStartedEventAttributes;
  if (started) return `${nameOf(started.scheduledEventId)} started`;
  const completed = event.activityTaskCompletedEventAttributes;
  if (completed) return `${nameOf(completed.scheduledEventId)} completed`;
  return undefined;
}
