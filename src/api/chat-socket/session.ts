/** One WebSocket of /api/chat/ws/{work_id}, from its first frame to its close code (docs/protocol.md). */
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { onBehalfOf } from '../../db/askers.ts';
import { isTooNested, TOO_NESTED } from '../../domain/json-nesting.ts';
import { ERRORS, type ErrorCode } from '../../protocol/errors.ts';
import { authFrame, clientFrame, type ServerFrame } from '../../protocol/frames.ts';
import { uuid } from '../../protocol/messages.ts';
import { CLOSE, PROTOCOL_VERSION } from '../../protocol/socket.ts';
import { ApiError, meaningOf } from '../api-error.ts';
import type { Identity } from '../auth/tokens.ts';
import { answerQuestion } from '../conversation/answer-ask.ts';
import { requestStop, sendMessage } from '../conversation/send-message.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { NO_PLACE, type Places } from '../live/places.ts';
import { takenBytes } from '../live/progress.ts';
import { GapInLog } from '../live/pump.ts';
import { openView } from '../live/view.ts';
import { mayDo } from '../middleware/require-user.ts';
import { traceMessage } from '../middleware/trace-requests.ts';
import { createFrameQueue } from './frame-queue.ts';
import { createSocketSink, readerBehind } from './socket-sink.ts';

const AUTH_MS = 5_000;
/** A socket that carries nothing any more is noticed at the second: within 24 s. */
const PING_MS = 12_000;
/** Messages refused in a row, for being too many, after which the socket is closed. */
const MOST_REFUSED = 100;

const CLOSE_WORDS = {
  goingAway: ['unavailable', 'The server is going away: connect again.'],
  tooSlow: ['too_slow', 'This client reads too slowly: connect again from where it is.'],
  badFirstFrame: ['bad_request', 'The first frame must be a valid auth frame.'],
  unauthorized: ['unauthorized', 'The token is not valid, or not any more.'],
  noSuchWork: ['not_found', 'There is no such Work.'],
  noAuthInTime: ['auth_timeout', 'No auth frame came in time.'],
  tooManyMessages: ['rate_limited', 'Far too many messages.'],
  tooManyWithKey: ['rate_limited', 'This key was used too often: connect again in a minute.'],
  tooManyOfPerson: ['rate_limited', NO_PLACE.ofPerson],
  tooManyOfNetwork: ['rate_limited', NO_PLACE.ofNetwork],
} as const satisfies Partial<Record<keyof typeof CLOSE, readonly [ErrorCode, string]>>;

type Ending = keyof typeof CLOSE_WORDS;

export interface SocketSession {
  receive(data: unknown): void;
  closed(): void;
}

/** Serves an open socket. `workId` is what the URL says, unchecked; `network` is where it comes from. */
export function serveSocket(
  deps: ApiDependencies,
  ws: WebSocket,
  socket: Socket,
  { workId, network }: { workId: string; network: string },
): SocketSession {
  const { tokens, sessions, viewers, readers, openStreams, log } = deps;
  let person: Identity | undefined;
  let stopView = () => {};
  let expiry: NodeJS.Timeout | undefined;
  let unwatchSession = () => {};
  let refused = 0;
  let alive = true;
  let over = false;
  const places: (() => void)[] = [];

  const authDeadline = setTimeout(() => end('noAuthInTime'), AUTH_MS);
  let taken = takenBytes(socket);
  const heartbeat = setInterval(() => {
    // A ping stands behind what a slow reader has yet to take: as long as it takes of that, it lives.
    const before = taken;
    taken = takenBytes(socket);
    if (!alive && (socket.writableLength === 0 || taken <= before)) ws.terminate();
    alive = false;
    ws.ping();
  }, PING_MS);
  ws.on('pong', () => {
    alive = true;
  });
  const forget = viewers.add(() => end('goingAway'));
  const unwatch = readers.watch(socket, () => end('tooSlow'));
  const frames = createFrameQueue(ws, handle);

  function send(frame: ServerFrame): void {
    if (!over && ws.readyState === ws.OPEN) ws.send(JSON.stringify(frame));
  }

  /** `retryAfter`: seconds after which that frame may be sent again. */
  function sendError(code: ErrorCode, message: string, id?: string, retryAfter?: number): void {
    const { retryable } = ERRORS[code];
    const more = { ...(id === undefined ? {} : { id }), ...(retryAfter === undefined ? {} : { retryAfter }) };
    send({ type: 'error', code, message, retryable, ...more });
  }

  function end(why: Ending): void {
    const [code, message] = CLOSE_WORDS[why];
    sendError(code, message);
    cleanUp();
    ws.close(CLOSE[why], message);
  }

  function cleanUp(): void {
    if (over) return;
    over = true;
    clearTimeout(authDeadline);
    clearTimeout(expiry);
    clearInterval(heartbeat);
    unwatch();
    unwatchSession();
    forget();
    stopView();
    for (const leave of places) leave();
  }

  function takesPlace(among: Places, key: string): boolean {
    const leave = among.take(key);
    if (leave !== undefined) places.push(leave);
    return leave !== undefined;
  }

  async function handle(text: string): Promise<void> {
    if (over) return;
    try {
      if (person === undefined) await begin(text);
      else if (isTooNested(text)) sendError('bad_request', TOO_NESTED);
      else {
        const by = person;
        await onBehalfOf(by.userId, () => serve(parse(text), by));
      }
    } catch (error) {
      if (meaningOf(error)?.code === 'rate_limited') return end('tooManyWithKey');
      log.error({ err: error, workId }, 'a frame could not be served');
      sendError('internal', 'Something went wrong here. The log says what.');
    }
    // Whoever does not read their answers is not asked for more questions: this holds the queue, and so the socket.
    await readerBehind(ws, socket);
  }

  async function begin(text: string): Promise<void> {
    const frame = isTooNested(text) ? undefined : authFrame.safeParse(parse(text));
    if (!frame?.success) return end('badFirstFrame');
    const { token, after, protocol } = frame.data;
    if (protocol !== undefined && protocol !== PROTOCOL_VERSION) {
      sendError('unsupported_protocol', `This server speaks protocol ${PROTOCOL_VERSION}.`);
      return end('badFirstFrame');
    }
    const identity = await tokens.verifyAccess(token);
    if (identity === undefined || !mayDo(identity, 'read')) return end('unauthorized');
    if (over) return;
    if (!takesPlace(openStreams.ofPerson, identity.userId)) return end('tooManyOfPerson');
    const view = uuid.safeParse(workId).success
      ? await openView(deps, { workId, ownerId: identity.userId, after: after ?? undefined })
      : undefined;
    if (view === undefined) return end('noSuchWork');
    if (over) return;

    person = identity;
    clearTimeout(authDeadline);
    endWithToken(identity);
    send({ type: 'ready', protocol: PROTOCOL_VERSION, workId, seq: view.seq, status: view.status });
    if (view.snapshot) send({ type: 'snapshot', ...view.snapshot });
    stopView = view.start(createSocketSink(ws, socket), {
      gone: () => end('noSuchWork'),
      failure: onViewFailure,
    });
  }

  function onViewFailure(error: unknown): void {
    // Come back with the cursor, and the server will see what it can give.
    if (!(error instanceof GapInLog)) {
      log.error({ err: error, workId }, 'a viewer could not be served on');
    }
    end('tooSlow');
  }

  /** A token ends by its time, or with its session. */
  function endWithToken({ expiresAt, sessionId }: Identity): void {
    clearTimeout(expiry);
    unwatchSession();
    expiry = setTimeout(() => end('unauthorized'), Math.max(0, expiresAt - Date.now()));
    unwatchSession = sessions.watch(sessionId, () => end('unauthorized'));
  }

  async function serve(given: unknown, by: Identity): Promise<void> {
    const parsed = clientFrame.safeParse(given);
    const about = idOf(given);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      if (issue?.code === 'invalid_union' && issue.path[0] === 'type') {
        return sendError('unknown_type', 'This type of frame is not known here.', about);
      }
      return sendError('bad_request', `${issue?.path.join('.') || 'frame'}: ${issue?.message}`, about);
    }
    const frame = parsed.data;
    const as = { ownerId: by.userId, workId };
    if (frame.type === 'stop' || frame.type === 'message' || frame.type === 'answer') {
      if (!mayDo(by, 'write')) return sendError('forbidden', 'This key may only read.', about);
    }
    switch (frame.type) {
      case 'ping':
        return send({ type: 'pong' });
      case 'auth':
        return await orError(about, () => renew(frame.token, by));
      case 'stop':
        return await orError(about, async () => void (await requestStop(deps, as, frame.turn ?? null)));
      case 'answer':
        return await orError(frame.ask, async () => {
          const answered = await answerQuestion(deps, as, frame.ask, frame);
          if (answered === undefined) sendError('not_found', 'There is no such question.', frame.ask);
          else send({ type: 'ack', id: frame.ask, duplicate: answered.duplicate });
        });
      case 'message':
        return await orError(frame.id, async () => {
          const { duplicate } = await traceMessage(deps.tracer, { workId, id: frame.id }, () =>
            sendMessage(deps, as, frame),
          );
          refused = 0;
          send({ type: 'ack', id: frame.id, duplicate });
        });
    }
  }

  async function renew(token: string, by: Identity): Promise<void> {
    const identity = await tokens.verifyAccess(token);
    if (identity?.userId !== by.userId) return end('unauthorized');
    if (over) return;
    person = identity;
    endWithToken(identity);
    send({ type: 'renewed', expiresAt: new Date(identity.expiresAt).toISOString() });
  }

  /** Does what a frame asks; what fails is said about that frame, and the socket stays open. */
  async function orError(id: string | undefined, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      const meaning = meaningOf(error);
      if (meaning === undefined) log.error({ err: error, workId }, 'a frame could not be served');
      const { code, message, retryAfter } =
        meaning ?? new ApiError('internal', 'Something went wrong here. The log says what.');
      if (code === 'not_found') return end('noSuchWork');
      refused = code === 'rate_limited' ? refused + 1 : 0;
      if (refused > MOST_REFUSED) return end('tooManyMessages');
      sendError(code, message, id, retryAfter);
    }
  }

  if (!takesPlace(openStreams.ofNetwork, network)) end('tooManyOfNetwork');
  return {
    receive: (data) => frames.push(typeof data === 'string' ? data : ''),
    closed: cleanUp,
  };
}

/** The JSON value of a frame; undefined where it is none. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The id that a frame carries, so that its sender knows which one an error is about. */
function idOf(frame: unknown): string | undefined {
  if (typeof frame !== 'object' || frame === null) return undefined;
  const id = 'id' in frame ? frame.id : 'ask' in frame ? frame.ask : undefined;
  return typeof id === 'string' && id.length <= 100 ? id : undefined;
}
