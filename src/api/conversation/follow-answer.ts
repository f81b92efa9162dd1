/**
 * The turn that answers what a person said as its events: what every interface but our own is made of (I10). From the first
 * to `turn.completed`, or to a question that the person is to answer by what they say next (H1); after such an answer, from
 * there on.
 */
import { type AnswerPlace, findAnswerPlace } from '../../db/answers.ts';
import { endsAnswer } from '../../db/asks.ts';
import { readEvents } from '../../db/event-log.ts';
import type { LogFrame } from '../../db/log-rows.ts';
import type { LogEvent } from '../../domain/events.ts';
import { ApiError, notFound } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { openView } from '../live/view.ts';

export type AnswerDependencies = Pick<ApiDependencies, 'db' | 'live' | 'viewers'>;

/** What was said: a message, or an answer to a question, by what it was said as or by the question's id. */
export interface AskedMessage {
  workId: string;
  ownerId: string;
  messageId: string;
}

/** Events read of an ended turn at a time. */
const PAGE = 1_000;

/**
 * Gives the events of the turn that takes the message, in order and each once, as they are committed. The last is
 * `turn.completed`; or `ask.raised`, of a question that is open, or was answered by what was said next. Of one that was
 * answered elsewhere neither it nor `ask.answered` is given, for the answer goes on. Where an answer to a question was
 * said, what is given begins with the calls that are open, as they were called, and `ask.answered`.
 * Nothing comes of a message that was taken back before. Of a turn that ended long ago what it streamed is gone from the
 * log: then `message.completed` alone has its text. Ends with `message.withdrawn` where the message was taken back before a
 * turn took it.
 * @param signal ends it: whoever asked has gone
 * @throws ApiError not_found; unavailable where this process is going away, and the turn goes on
 */
export async function* followAnswer(
  deps: AnswerDependencies,
  asked: AskedMessage,
  signal: AbortSignal,
): AsyncGenerator<LogEvent, void> {
  for (;;) {
    const place = await findAnswerPlace(deps.db, asked);
    if (place === undefined) throw notFound('message');
    if (place.status === 'withdrawn') return;
    if (place.turn?.lastSeq != null)
      return yield* part(deps, asked, place, storedEvents(deps, asked.workId, place.turn));
    const after = place.turn ? place.turn.firstSeq - 1 : (place.queuedSeq ?? 0);
    const view = await openView(deps, { ...asked, after });
    if (view === undefined) throw notFound('Work');
    // One that has waited for long may stand in a part of the log that is pruned by now: the view begins behind it, and
    // has all that matters if no turn had taken the message by then.
    const isWhole =
      view.snapshot === undefined || (await findAnswerPlace(deps.db, asked))?.status === 'queued';
    if (isWhole) {
      const live = turnOf(asked, place, framesOf(deps, view, signal), signal);
      return yield* part(deps, asked, place, live);
    }
  }
}

/** What there is of the answer by now, for whoever does not wait. Nothing comes of a message that no turn has taken. */
export async function* answerSoFar(
  deps: Pick<AnswerDependencies, 'db'>,
  asked: AskedMessage,
): AsyncGenerator<LogEvent, void> {
  const place = await findAnswerPlace(deps.db, asked);
  if (place?.turn) yield* part(deps, asked, place, storedEvents(deps, asked.workId, place.turn));
}

/** The part of a turn that answers what was said: between an answer to a question, where it was one, and the next question. */
async function* part(
  { db }: Pick<AnswerDependencies, 'db'>,
  { workId }: AskedMessage,
  { question }: AnswerPlace,
  turn: AsyncIterable<LogEvent>,
): AsyncGenerator<LogEvent, void> {
  /** Undefined once the part has begun. */
  let open = question === undefined ? undefined : new Map<string, LogEvent>();
  for await (const event of turn) {
    if (open !== undefined) {
      if (event.kind === 'tool.called') open.set(event.toolCallId, event);
      if (event.kind === 'tool.completed') open.delete(event.toolCallId);
      if (event.kind !== 'ask.answered' || event.askId !== question) continue;
      yield* open.values();
      yield event;
      open = undefined;
    } else if (event.kind === 'ask.raised') {
      if (await endsAnswer(db, { workId, askId: event.askId })) return yield event;
    } else if (event.kind !== 'ask.answered') {
      yield event;
    }
  }
}

async function* storedEvents(
  { db }: Pick<AnswerDependencies, 'db'>,
  workId: string,
  turn: NonNullable<AnswerPlace['turn']>,
): AsyncGenerator<LogEvent, void> {
  const bound = turn.lastSeq === null ? {} : { through: turn.lastSeq };
  for (let after = turn.firstSeq - 1; ; ) {
    const page = await readEvents(db, workId, { after, ...bound, limit: PAGE });
    yield* page.filter((event) => event.turn === turn.number);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.seq;
  }
}

/** Those of the log's events that belong to the turn that takes the message. */
async function* turnOf(
  { messageId }: AskedMessage,
  place: AnswerPlace,
  frames: AsyncIterable<LogFrame>,
  signal: AbortSignal,
): AsyncGenerator<LogEvent, void> {
  let turn = place.turn?.number;
  for await (const { text } of frames) {
    const event = JSON.parse(text) as LogEvent;
    if (event.kind === 'turn.started' && event.messageIds.includes(messageId)) turn = event.turn ?? undefined;
    if (event.kind === 'message.steered' && event.id === messageId) turn = event.turn ?? undefined;
    if (event.kind === 'message.withdrawn' && event.id === messageId) return yield event;
    if (turn === undefined || event.turn !== turn) continue;
    yield event;
    if (event.kind === 'turn.completed') return;
  }
  if (!signal.aborted)
    throw new ApiError('unavailable', 'This server is going away; the answer goes on. Ask for it again.', {
      retryAfter: 1,
    });
}

/** What a view sends, one after the other; the view waits for whoever takes them. Ends when this process goes away. */
async function* framesOf(
  { viewers }: AnswerDependencies,
  view: NonNullable<Awaited<ReturnType<typeof openView>>>,
  signal: AbortSignal,
): AsyncGenerator<LogFrame, void> {
  let waiting: readonly LogFrame[] = [];
  let taken = Promise.withResolvers<void>();
  let news = Promise.withResolvers<void>();
  let over: { error?: unknown } | undefined;
  const end = (error?: unknown) => {
    over ??= { error };
    news.resolve();
  };
  const stop = view.start(
    {
      send(frames) {
        waiting = waiting.length === 0 ? frames : [...waiting, ...frames];
        news.resolve();
        return taken.promise;
      },
    },
    { gone: () => end(notFound('Work')), failure: end },
  );
  const forget = viewers.add(() => end());
  const onAbort = () => end();
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) end();
  try {
    for (;;) {
      if (waiting.length > 0) {
        const frames = waiting;
        waiting = [];
        yield* frames;
        taken.resolve();
        taken = Promise.withResolvers();
        continue;
      }
      if (over?.error !== undefined) throw over.error;
      if (over !== undefined) return;
      await news.promise;
      news = Promise.withResolvers();
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    forget();
    stop();
    taken.resolve();
  }
}
