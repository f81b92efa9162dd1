/** One question put to a Work over its WebSocket, and its turn followed to the end, over any number of connections. */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import WebSocket from 'ws';
import type { Ask } from '../../domain/asks.ts';
import type { LogEvent } from '../../domain/events.ts';
import type { Message } from '../../domain/messages.ts';
import { type ServerFrame, serverFrame } from '../../protocol/frames.ts';
import { CLOSE, PROTOCOL_VERSION } from '../../protocol/socket.ts';
import { RefusedError } from './guest.ts';

/** `asking`: it waits for an answer, which is not given here. */
export type Outcome = 'done' | 'stopped' | 'failed' | 'asking';

export interface Question {
  /** `ws://…/api/chat/ws/{work_id}`. */
  url: string;
  /** Gives a token that is valid now, and another than `refused`. */
  token: (refused?: string) => Promise<string>;
  /** The message's id, which the client makes (P5). */
  id: string;
  /** What is said; to a Work that waits for an answer it is that answer, but none to an act, which is shown first (H2). */
  text: string;
  /** Each event after the question was put, in order, once. */
  onEvent: (event: LogEvent) => void;
  /** The connection was lost, or is back. */
  onConnection: (state: 'lost' | 'back') => void;
  /**
   * Puts a question of the agent's to the person. `over`: it has an answer. Undefined: it is answered elsewhere, and the turn
   * is followed until then; null: the turn is left with it.
   */
  onAsk: (ask: Ask, over: AbortSignal) => Promise<string | undefined | null>;
  /** Asks for the turn to be stopped; it is followed to its end. */
  stop: AbortSignal;
}

const LONGEST_WAIT_MS = 2_000;

/**
 * Resolves with how the turn that answers the question ended.
 * @throws RefusedError when the server will not have it
 */
export async function followTurn(question: Question): Promise<Outcome> {
  /** The last event that was seen: the next connection goes on after it (P2). */
  let cursor: number | undefined;
  let acked = false;
  let turn: number | undefined;
  /** A turn that waited with an act: the words are said once that is answered. */
  let before: number | undefined;
  let outcome: Outcome | undefined;
  /** Why a question could not be put to the person. */
  let failure: { error: unknown } | undefined;
  let refusedToken: string | undefined;
  /** As what the words are sent; not known before it is known whether the Work waits for an answer. */
  let words: 'message' | 'answer' | undefined;
  /** What the agent asks now, with the answer once there is one. */
  let open: { ask: Ask; answer?: string; over: AbortController } | undefined;
  let send: (frame: object) => void = () => {};
  let leave: () => void = () => {};

  /** One connection, to its end. Gives the code it was closed with; 0 when there was none. */
  async function connect(): Promise<number> {
    const token = await question.token(refusedToken);
    const socket = new WebSocket(question.url, { handshakeTimeout: 5_000 });
    send = (frame) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
    };
    leave = () => socket.close();
    const askToStop = () => send({ type: 'stop', turn: turn ?? before });
    question.stop.addEventListener('abort', askToStop);
    let refusal: RefusedError | undefined;
    socket.on('open', () => {
      send({
        type: 'auth',
        token,
        protocol: PROTOCOL_VERSION,
        ...(cursor === undefined ? {} : { after: cursor }),
      });
    });
    socket.on('message', (data) => {
      const frame = serverFrame.parse(JSON.parse(data.toString()));
      refusal ??= refusalIn(frame);
      if (refusal) return socket.close();
      if (frame.type === 'ready') {
        // What it asks is in the snapshot that follows.
        if (words !== undefined || frame.status !== 'asking') sayWords('message');
        sayAnswer();
        if (question.stop.aborted) askToStop();
        question.onConnection('back');
      }
      take(frame);
      if (outcome || failure) socket.close();
    });
    socket.on('error', () => {}); // followed by 'close', which says the same
    const [code] = await once(socket, 'close').finally(() =>
      question.stop.removeEventListener('abort', askToStop),
    );
    if (refusal) throw refusal;
    if (code === CLOSE.unauthorized) refusedToken = token;
    return Number(code);
  }

  function sayWords(as: 'message' | 'answer'): void {
    if (words === undefined && before !== undefined && question.stop.aborted) {
      // What was stopped is the turn before; nothing is to follow it.
      outcome = 'stopped';
      return;
    }
    words ??= as;
    if (words === 'message' && !acked) send({ type: 'message', id: question.id, text: question.text });
  }

  function sayAnswer(): void {
    if (open?.answer !== undefined) send({ type: 'answer', ask: open.ask.askId, text: open.answer });
  }

  function asked(ask: Ask | undefined): void {
    if (open?.ask.askId === ask?.askId) return;
    open?.over.abort();
    open = ask && { ask, over: new AbortController() };
    const mine = open;
    if (mine === undefined) return;
    if (words === undefined && mine.ask.act === undefined) {
      words = 'answer';
      mine.answer = question.text;
      sayAnswer();
      return;
    }
    question.onAsk(mine.ask, mine.over.signal).then(
      (text) => {
        if (open !== mine || text === undefined) return;
        if (text === null) {
          outcome = 'asking';
          leave();
          return;
        }
        mine.answer = text;
        sayAnswer();
      },
      (error: unknown) => {
        if (open !== mine) return;
        failure = { error };
        leave();
      },
    );
  }

  function take(frame: ServerFrame): void {
    if (frame.type === 'ack' && frame.id === question.id) acked = true;
    if (frame.type === 'snapshot') {
      cursor = frame.seq;
      const messages = frame.messages as Message[];
      const asker = turnOf(frame.ask, messages);
      if (words === undefined && frame.ask?.act)
        before = asker ?? messages.findLast((one) => one.turn)?.turn ?? undefined;
      else if (words === undefined) turn = asker;
      if (asker === undefined || asker === turn || asker === before) asked(frame.ask);
      if (words === undefined && open === undefined) sayWords('message');
      turn ??= messages.find(({ id }) => id === question.id)?.turn ?? undefined;
      outcome = outcomeIn(messages, turn);
    }
    if (frame.type !== 'event') return;
    const event = frame as unknown as LogEvent;
    cursor = event.seq;
    if (event.kind === 'turn.started' && event.messageIds.includes(question.id))
      turn = event.turn ?? undefined;
    if (event.kind === 'message.steered' && event.id === question.id) turn = event.turn ?? undefined;
    question.onEvent(event);
    if (event.kind === 'ask.raised' && event.turn !== null && (event.turn === turn || event.turn === before))
      asked(event);
    if (event.kind === 'ask.answered' && event.askId === open?.ask.askId) {
      asked(undefined);
      if (words === undefined) sayWords('message');
    }
    if (event.kind === 'turn.completed' && turn !== undefined && event.turn === turn) outcome = event.outcome;
  }

  function refusalIn(frame: ServerFrame): RefusedError | undefined {
    const mine = words === 'answer' ? open?.ask.askId : question.id;
    if (frame.type !== 'error' || frame.retryable || (frame.id ?? mine) !== mine) return undefined;
    return new RefusedError(400, frame.message);
  }

  for (let failures = 0; ; ) {
    const seen = cursor;
    const code = await connect().catch((error: unknown) => {
      if (error instanceof RefusedError && !error.passes) throw error;
      return 0; // the server is away: its tokens cannot be renewed either
    });
    if (failure) throw failure.error;
    if (outcome) return outcome;
    if (code === CLOSE.noSuchWork) throw new RefusedError(404, 'there is no such Work, or it is not yours');
    failures = cursor === seen ? failures + 1 : 0;
    if (failures === 1) question.onConnection('lost');
    await delay(Math.min(LONGEST_WAIT_MS, 50 * 2 ** failures));
  }
}

/** The turn that waits for the answer to this; undefined where nothing is asked. */
function turnOf(ask: Ask | undefined, messages: readonly Message[]): number | undefined {
  if (ask === undefined) return undefined;
  const calls = (message: Message) =>
    message.parts.some((part) => part.type === 'tool' && part.toolCallId === ask.toolCallId);
  return messages.findLast(calls)?.turn ?? undefined;
}

/** How this turn ended, where a snapshot shows that it has: its last answer is final. */
function outcomeIn(messages: readonly Message[], asked: number | undefined): Outcome | undefined {
  const last = messages.findLast(
    ({ turn, role, agent }) => turn !== null && turn === asked && role === 'assistant' && agent === 'main',
  );
  if (last?.status === 'failed' || last?.status === 'stopped') return last.status;
  const isFinal = last?.status === 'complete' && !last.parts.some((part) => part.type === 'tool');
  return isFinal ? 'done' : undefined;
}
