/** Somebody who waits for the answer to a message, over an interface that translates the log (I10). */
import type { Context } from 'hono';
import type { LogEvent } from '../../domain/events.ts';
import { ApiError } from '../api-error.ts';
import { clientNetwork } from '../auth/client-network.ts';
import type { ApiDependencies, ApiEnv } from '../dependencies.ts';
import { takePlaces } from '../live/take-places.ts';
import { type AskedMessage, followAnswer } from './follow-answer.ts';
import { sayNext } from './say-next.ts';

/** Which message is asked about. */
export type Placed = Pick<AskedMessage, 'workId' | 'messageId'>;

export interface Waiting {
  asked: AskedMessage;
  /** Aborted once nobody waits any more: the client has gone, or what it showed is not good any more. */
  signal: AbortSignal;
  /** Nobody waits any more: gives back what was taken for it. */
  leave: () => void;
}

/**
 * Takes what waiting takes: a place among what is open long, until the client goes, or its session or key ends.
 * @throws ApiError rate_limited
 */
export function beginWaiting(deps: ApiDependencies, c: Context<ApiEnv>, placed: Placed): Waiting {
  const { userId: ownerId, sessionId, expiresAt } = c.get('identity');
  const leavePlaces = takePlaces(deps.openStreams, ownerId, clientNetwork(c, deps.config.trustedProxies));
  const gone = new AbortController();
  const leave = () => gone.abort();
  const expire = () => gone.abort(accessEnded());
  const unwatch = deps.sessions.watch(sessionId, expire);
  const expiry = setTimeout(expire, Math.max(0, expiresAt - Date.now()));
  const client = c.req.raw.signal;
  client.addEventListener('abort', leave, { once: true });
  gone.signal.addEventListener(
    'abort',
    () => {
      clearTimeout(expiry);
      unwatch();
      leavePlaces();
      client.removeEventListener('abort', leave);
    },
    { once: true },
  );
  return { asked: { ...placed, ownerId }, signal: gone.signal, leave };
}

/** Says it, and waits for its answer from then on. @throws ApiError, as sayNext does */
export async function ask(
  deps: ApiDependencies,
  c: Context<ApiEnv>,
  placed: Placed,
  text: string,
): Promise<Waiting> {
  const waiting = beginWaiting(deps, c, placed);
  try {
    await sayNext(deps, waiting.asked, text);
    return waiting;
  } catch (error) {
    waiting.leave();
    throw error;
  }
}

/**
 * The events of the answer, as followAnswer gives them; they end where the client has gone.
 * @throws ApiError unauthorized where its session or key ended meanwhile; and what followAnswer throws
 */
export async function* answerEvents(
  deps: ApiDependencies,
  { asked, signal, leave }: Waiting,
): AsyncGenerator<LogEvent, void> {
  try {
    yield* followAnswer(deps, asked, signal);
    if (signal.reason instanceof ApiError) throw signal.reason;
  } finally {
    leave();
  }
}

function accessEnded(): ApiError {
  return new ApiError(
    'unauthorized',
    'Your key or session has ended. The answer goes on in the Work: ask for it with one that is good.',
  );
}
