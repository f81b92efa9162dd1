/** A view of a Work as an answer of server-sent events, until its client goes or what it was opened by ends. */
import type { Context } from 'hono';
import { z } from 'zod';
import type { ApiDependencies, ApiEnv } from '../dependencies.ts';
import { createSseStream } from './event-stream.ts';
import type { Sink } from './pump.ts';
import { COMMENT_MS, sseAnswer } from './sse-answer.ts';
import type { View } from './view.ts';

/** Where a client stopped reading: the number of the last event that it has. */
export const cursor = z.coerce.number().int().nonnegative();

/** What an EventSource comes back with by itself goes before what it was first told. */
export function cursorOf(c: Context<ApiEnv>, asked: number | undefined): number | undefined {
  const resumed = cursor.safeParse(c.req.header('Last-Event-ID') || undefined);
  return resumed.success ? resumed.data : asked;
}

export interface ViewStream {
  view: View;
  /** What the client is sent first where it has to begin anew; undefined: it goes on from where it was. */
  snapshot: { seq: number } | undefined;
  /** The session, key or link by which it was opened. */
  openedBy: string;
  /** In how many milliseconds that, or the stream itself, is over: the client comes back with its cursor. */
  endsInMs: number;
  /** Gives back what was taken for it. */
  leave: () => void;
  /** How the events go out; absent: as they are. */
  through?: (sink: Sink) => Sink;
}

export function streamView(
  { viewers, sessions }: Pick<ApiDependencies, 'viewers' | 'sessions'>,
  c: Context<ApiEnv>,
  { view, snapshot, openedBy, endsInMs, leave, through = (sink) => sink }: ViewStream,
): Response {
  const stream = createSseStream(end);
  if (snapshot) {
    const data = JSON.stringify({ type: 'snapshot', ...snapshot });
    stream.write({ id: snapshot.seq, event: 'snapshot', data });
  } else {
    stream.comment();
  }
  const stop = view.start(through(stream.sink), { gone: end, failure: end });
  const forget = viewers.add(end);
  const unwatch = sessions.watch(openedBy, end);
  const alive = setInterval(() => stream.comment(), COMMENT_MS);
  const expiry = setTimeout(end, endsInMs);

  function end(): void {
    clearInterval(alive);
    clearTimeout(expiry);
    forget();
    unwatch();
    leave();
    stop();
    stream.end();
  }

  return sseAnswer(c, stream.body);
}
