/** What a turn leaves in Temporal's history. */
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
  /** From one callModel to the next: a model step with its tool call. */
  steps: Cost[];
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
  const calls = turn.flatMap((event, index) =>
    event.activityTaskScheduledEventAttributes?.activityType?.name === 'callModel' ? [index] : [],
  );
  const steps = calls.slice(1).map((end, index) => costOf(turn.slice(calls[index], end)));
  return { turn: costOf(turn), steps, encoded: Buffer.concat(events.map(encode)) };
}

function costOf(events: HistoryEvent[]): Cost {
  return { events: events.length, bytes: events.reduce((bytes, event) => bytes + encode(event).length, 0) };
}

function encode(event: HistoryEvent): Uint8Array {
  return proto.temporal.api.history.v1.HistoryEvent.encode(event).finish();
}
