/**
 * Group commit for everything that streams: one statement at a time carries the waiting events of all streams of
 * this process, and the next goes as soon as it has committed. A lone stream therefore sees each token within a
 * commit's time, and many streams share commits. While Postgres is away the events wait here.
 */
import { sql } from 'kysely';
import type { EventBody } from '../domain/events.ts';
import { forEverybody } from './askers.ts';
import type { Database } from './database.ts';
import { storableJson } from './storable.ts';
import { persist } from './unavailable.ts';

/** Events that may be streamed under a claim. */
export type StreamedEvent = Extract<
  EventBody,
  { kind: 'text.delta' | 'reasoning.delta' | 'tool.delta' | 'tool.output' | 'retrying' }
>;

/** Events that bring a further piece of a text; of one place they can be joined. */
type Piece = Exclude<StreamedEvent, { kind: 'retrying' }>;

/** The claim that a stream writes under (R4). */
export interface StreamClaim {
  workId: string;
  key: string;
  attempt: number;
}

export interface EventStream {
  /** Adds an event; one of the same kind and place is joined to it while both wait. */
  push(event: StreamedEvent, progress?: unknown): void;
  /** Resolves when all that was pushed is stored. @throws Fenced when a newer attempt has taken over. */
  flush(): Promise<void>;
  /**
   * Stores what still waits by a statement of the caller's, together with what comes behind it: `store` is given it, at
   * most one batch, and finds by itself whether a newer attempt has taken over. Nothing is pushed any more from here on.
   * Where `store` fails, it waits as before. @throws Fenced, and whatever `store` throws
   */
  storeRest<T>(store: (rest: readonly Batch[]) => Promise<T>): Promise<T>;
  /** UTF-16 code units that wait to be stored: a producer that can wait does so when this is large. */
  readonly waiting: number;
}

/** The attempt was taken over or its turn has ended: nothing it writes counts any more. */
export class Fenced extends Error {
  constructor(claim: StreamClaim) {
    super(`attempt ${claim.attempt} at ${claim.key} of work ${claim.workId} was superseded`);
    this.name = 'Fenced';
  }
}

export interface EventWriter {
  /** Opens a stream; `onFenced` and `onStop` are called at most once, when an append's answer says so. */
  open(claim: StreamClaim, listeners: { onFenced: () => void; onStop: () => void }): EventStream;
}

/** Events of one stream as append_batches takes them. */
export interface Batch {
  work: string;
  key: string;
  attempt: number;
  batch: number;
  events: StreamedEvent[];
  progress?: unknown;
}

type Answer = { status: 'stored' | 'fenced'; stop: boolean };

/**
 * How long the arguments of a call wait for more of them, or for what comes behind: nobody reads along as they do with
 * words, and those of a short call are stored with the answer.
 */
const ARGUMENTS_WAIT_MS = 10;

interface OpenStream {
  takeBatch(): Batch;
  settle(answer: Answer | Error): void;
}

/** Is told of each statement: the streams that shared it, their events, and how long it took. */
export type BatchObserver = (batch: { streams: number; events: number; durationMs: number }) => void;

/** Makes the one writer of a process. */
export function createEventWriter(db: Database, onBatch?: BatchObserver): EventWriter {
  const ready = new Set<OpenStream>();
  let sending = false;

  async function sendAll(): Promise<void> {
    if (sending) return;
    sending = true;
    while (ready.size > 0) {
      const streams = [...ready];
      ready.clear();
      const batches = streams.map((stream) => stream.takeBatch());
      const began = performance.now();
      const answers = await appendEach(db, batches);
      onBatch?.({
        streams: batches.length,
        events: batches.reduce((sum, batch) => sum + batch.events.length, 0),
        durationMs: performance.now() - began,
      });
      answers.forEach((answer, index) => {
        streams[index]?.settle(answer);
      });
    }
    sending = false;
  }

  function announce(stream: OpenStream): void {
    ready.add(stream);
    // Not awaited: it reports to each stream, and never rejects.
    forEverybody(() => queueMicrotask(() => void sendAll()));
  }

  return { open: (claim, listeners) => openStream(claim, listeners, announce) };
}

function openStream(
  claim: StreamClaim,
  listeners: { onFenced: () => void; onStop: () => void },
  announce: (stream: OpenStream) => void,
): EventStream {
  let events: StreamedEvent[] = [];
  let progress: unknown;
  let waiting = 0;
  let inFlight: number | null = null;
  let nextBatch = 0;
  let stopSeen = false;
  /** It stands among those that are sent next. */
  let announced = false;
  /** What waits is stored by whoever owns the stream. */
  let held = false;
  let argumentsWait: NodeJS.Timeout | undefined;
  let failure: Error | undefined;
  let waiters: { resolve: () => void; reject: (error: Error) => void }[] = [];

  function send(): void {
    clearTimeout(argumentsWait);
    argumentsWait = undefined;
    if (announced || held || inFlight !== null || events.length === 0) return;
    announced = true;
    announce(stream);
  }

  const stream: OpenStream = {
    takeBatch() {
      announced = false;
      const batch: Batch = {
        work: claim.workId,
        key: claim.key,
        attempt: claim.attempt,
        batch: nextBatch++,
        events,
        ...(progress === undefined ? {} : { progress }),
      };
      inFlight = waiting;
      events = [];
      return batch;
    },
    settle(answer) {
      waiting -= inFlight ?? 0;
      inFlight = null;
      if (answer instanceof Error) failure = answer;
      else if (answer.status === 'fenced') failure = new Fenced(claim);
      else if (answer.stop && !stopSeen) {
        stopSeen = true;
        listeners.onStop();
      }
      if (failure) {
        events = [];
        if (failure instanceof Fenced) listeners.onFenced();
      } else if (events.length > 0 && !held) {
        send();
        return;
      }
      const told = waiters;
      waiters = [];
      for (const waiter of told) failure ? waiter.reject(failure) : waiter.resolve();
    },
  };

  return {
    get waiting() {
      return waiting;
    },
    push(event, newProgress) {
      if (failure) return;
      if (newProgress !== undefined) progress = newProgress;
      if (event.kind === 'retrying') {
        events.push(event);
      } else {
        waiting += event.text.length;
        if (!joinToWaiting(events, event)) events.push(event);
      }
      if (event.kind === 'tool.delta') argumentsWait ??= setTimeout(send, ARGUMENTS_WAIT_MS);
      else send();
    },
    flush() {
      if (failure) return Promise.reject(failure);
      send();
      if (events.length === 0 && inFlight === null) return Promise.resolve();
      return settled();
    },
    async storeRest(store) {
      held = true;
      if (failure) throw failure;
      if (inFlight !== null || announced) await settled();
      const rest = events.length === 0 ? [] : [stream.takeBatch()];
      try {
        const outcome = await store(rest);
        if (rest.length > 0) stream.settle({ status: 'stored', stop: false });
        return outcome;
      } catch (error) {
        held = false;
        for (const batch of rest) {
          events = batch.events;
          nextBatch = batch.batch;
          inFlight = null;
        }
        throw error;
      }
    },
  };

  function settled(): Promise<void> {
    return new Promise((resolve, reject) => waiters.push({ resolve, reject }));
  }
}

/**
 * Joins an event to one that waits for the same place. Between them may stand others, so that an answer whose text,
 * reasoning and calls come in turn is a few rows a batch, and not one for each token (SR-H7). A run's two outputs are
 * shown as one, in the order in which they came: only neighbours are joined.
 */
function joinToWaiting(events: StreamedEvent[], event: Piece): boolean {
  const joins = (one: StreamedEvent): one is Piece => one.kind !== 'retrying' && isSamePlace(one, event);
  const waiting = event.kind === 'tool.output' ? events.slice(-1).find(joins) : events.findLast(joins);
  if (waiting === undefined) return false;
  if (waiting.kind === 'tool.delta' && event.kind === 'tool.delta' && event.name !== undefined) {
    waiting.name = (waiting.name ?? '') + event.name;
  }
  waiting.text += event.text;
  return true;
}

/** Whether two events stream into the same place of the conversation. */
function isSamePlace(one: Piece, other: Piece): boolean {
  switch (one.kind) {
    case 'tool.output':
      return other.kind === one.kind && other.toolCallId === one.toolCallId && other.stream === one.stream;
    case 'tool.delta':
      return other.kind === one.kind && other.toolCallId === one.toolCallId;
    default:
      return other.kind === one.kind && other.messageId === one.messageId;
  }
}

/** Stores batches in one statement; where that fails for good, one by one, so that only the culprit suffers. */
async function appendEach(db: Database, batches: Batch[]): Promise<(Answer | Error)[]> {
  try {
    return await append(db, batches);
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    if (batches.length === 1) return [failure];
    const answers: (Answer | Error)[] = [];
    for (const batch of batches) answers.push(...(await appendEach(db, [batch])));
    return answers;
  }
}

async function append(db: Database, batches: Batch[]): Promise<Answer[]> {
  const json = storableJson(batches);
  const { rows } = await persist(() =>
    sql<{ answers: Answer[] }>`select append_batches(${json}::jsonb) as answers`.execute(db),
  );
  return rows[0]?.answers ?? [];
}
