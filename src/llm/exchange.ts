/** One exchange with a model server: the request goes out, the answer streams in. */
import type { ClientRequest, IncomingMessage } from 'node:http';
import { type Late, startAnswerClock } from './answer-clock.ts';
import type { AnswerSoFar } from './answers/assembly.ts';
import { parseBounded } from './answers/bounded-json.ts';
import type { ModelConnection } from './connection.ts';
import { dialectOf } from './dialects.ts';
import { addressOf, ModelError, toModelError } from './errors.ts';
import type { HttpFailure } from './http-failure.ts';
import type { Profile } from './profiles/profile.ts';
import { readAnswer, readWhole } from './response-body.ts';
import { post } from './transport.ts';
import type { ModelDelta, ModelRequest } from './types.ts';
import { isErrorObject } from './vendor-words.ts';

/** How long the server may take to end its answer after the end, so that the socket can be used again. */
const DRAIN_MS = 1_000;
const ERROR_BODY_BYTES = 65_536;
const WHOLE_BODY_BYTES = 4 * 1024 * 1024;
/**
 * The longest answer, in UTF-16 code units of text, reasoning, names and arguments. No model writes that much; a
 * server that does would fill this process, the log and every viewer.
 */
export const MOST_ANSWER = 8 * 1024 * 1024;
/** Pieces of one answer: a token each, and more than any window has. */
export const MOST_PIECES = 200_000;
/** Tool calls of one answer; each costs an event, a claim and a run, however short it is. */
export const MOST_CALLS = 256;

export type ExchangeResult = { ok: true; answer: AnswerSoFar } | { ok: false; failure: HttpFailure };

/**
 * Asks as `profile` says and resolves with the finished answer, or with the refusal of a server that did not begin
 * one. An abort closes the socket in the same tick.
 * @throws ModelError; what `onDelta` throws comes through as it is.
 */
export function exchange(
  request: ModelRequest,
  profile: Profile,
  connection: ModelConnection,
  onDelta: (delta: ModelDelta) => void,
): Promise<ExchangeResult> {
  const { endpoint, signal, timeouts } = request;
  return new Promise((resolve, reject) => {
    if (signal.aborted) throw aborted();
    const dialect = dialectOf(request, profile);
    const assembly = dialect.assembly();
    let sent: ClientRequest | undefined;
    let settled = false;
    let begun = false;
    let sawToken = false;
    let finishedEarly = false;
    let received = 0;
    let pieces = 0;
    const clock = startAnswerClock(timeouts, profile.patience, state, late);

    function state() {
      const { isBusy, isFinished } = assembly;
      return { sawToken, isBusy: isBusy(), isFinished: isFinished(), finishedEarly, received };
    }
    function settle(): boolean {
      if (settled) return false;
      settled = true;
      clock.stop();
      signal.removeEventListener('abort', onAbort);
      return true;
    }
    function fail(error: unknown): void {
      if (!settle()) return;
      sent?.destroy();
      reject(error);
    }
    function complete(): void {
      if (settled) return;
      pass(assembly.flush());
      if (!settle()) return;
      const drain = setTimeout(() => sent?.destroy(), DRAIN_MS).unref();
      sent?.once('close', () => clearTimeout(drain));
      resolve({ ok: true, answer: assembly.soFar() });
    }
    function onAbort(): void {
      fail(aborted());
    }
    function late(why: Late, afterMs: number): void {
      // The answer is whole; only the server's goodbye is missing.
      if (why === 'goodbye') guarded(complete);
      else fail(stalled(request, why, { afterMs, inCall: assembly.isCalling() }));
    }
    /** The stream is over, by its end or by a broken connection. */
    function ended(detail: string): void {
      if (assembly.isFinished()) guarded(complete);
      else fail(cutOff(request, detail));
    }
    function pass(deltas: ModelDelta[]): void {
      if (deltas.length > 0) {
        sawToken = true;
        pieces += deltas.length;
      }
      for (const delta of deltas) {
        received += delta.text.length + (delta.type === 'tool' ? (delta.name?.length ?? 0) : 0);
        const isEndless = received > MOST_ANSWER || pieces > MOST_PIECES;
        if (isEndless || (delta.type === 'tool' && delta.index >= MOST_CALLS)) throw endless(request);
        onDelta(delta);
      }
    }
    function deliver(event: unknown): void {
      const wasFinished = assembly.isFinished();
      const begins = !sawToken;
      const deltas = assembly.take(event);
      // A reason with the first token, or before the last one, is no sign of the end (M11).
      if (deltas.length > 0 && (wasFinished || (begins && assembly.isFinished()))) finishedEarly = true;
      pass(deltas);
      if (deltas.length > 0 || assembly.isFinished() !== wasFinished) clock.moved();
    }
    function takeEvent(data: string): void {
      if (settled) return;
      const text = data.trim();
      if (text === '') return;
      if (text === '[DONE]') {
        // Some vendors give no finish reason: [DONE] after something was said is an end, too.
        if (sawToken || assembly.isFinished()) complete();
        else ended('[DONE] without an answer');
        return;
      }
      const event = parseBounded(data);
      if (event === undefined) ended(`not JSON: ${data.slice(0, 200)}`);
      else if (isErrorObject(event)) fail(toModelError({ status: 0, headers: {}, body: data }, endpoint));
      else {
        deliver(event);
        if (assembly.isOver()) complete();
      }
    }
    /** Runs what an event of the socket brings; what it throws (onDelta's errors too) fails the call. */
    function guarded(work: () => void): void {
      try {
        work();
      } catch (error) {
        fail(error);
      }
    }
    function receive(response: IncomingMessage): void {
      begun = true;
      clock.alive();
      const status = response.statusCode ?? 0;
      if (status !== 200) {
        readWhole(response, ERROR_BODY_BYTES, (text) => {
          if (!settle()) return;
          sent?.destroy();
          resolve({ ok: false, failure: { status, headers: response.headers, body: text } });
        });
      } else if (response.headers['content-type']?.includes('html')) {
        readWhole(response, ERROR_BODY_BYTES, (text) => fail(notAModelServer(request, text)));
      } else {
        const reader = {
          onData: (data: string) => guarded(() => takeEvent(data)),
          onLife: clock.alive,
          onOver: ended,
        };
        readAnswer(response, reader, {
          limit: WHOLE_BODY_BYTES,
          onWhole: (text) => guarded(() => takeWhole(text)),
        });
      }
    }
    /** A vendor that does not stream: the whole answer is one JSON object. */
    function takeWhole(text: string): void {
      if (settled) return;
      const whole = parseBounded(text);
      if (isErrorObject(whole)) {
        fail(toModelError({ status: 0, headers: {}, body: text }, endpoint));
        return;
      }
      deliver(whole);
      ended(`no whole answer: ${text.slice(0, 200)}`);
    }

    signal.addEventListener('abort', onAbort, { once: true });
    void post(connection, endpoint, profile, dialect.send, {
      onRequest(next) {
        sent = next;
        if (settled) next.destroy();
      },
      onResponse: receive,
      onError(error) {
        if (begun) ended(String(error));
        else fail(toModelError(error, endpoint));
      },
    });
  });
}

function aborted(): ModelError {
  return new ModelError('model_aborted', 'The model call was stopped.', { retryable: false });
}

/**
 * How often a call is made in all that fell silent: each try takes minutes. Once a tool's arguments had begun each
 * also costs what they cost (M16).
 */
const STALLED_TRIES = 3;
const STALLED_CALL_TRIES = 2;
/** The same of an answer that broke off: its tokens are paid for each time. */
const CUT_OFF_TRIES = 6;

function stalled(
  { endpoint }: ModelRequest,
  late: Late,
  { afterMs, inCall }: { afterMs: number; inCall: boolean },
): ModelError {
  const what = {
    'no token': `did not begin to answer within ${afterMs / 1000} s`,
    silence: `fell silent in the middle of its answer for ${afterMs / 1000} s`,
    'no end': 'has not come to the end of its answer and is too slow to wait for',
    goodbye: '',
  }[late];
  const message = `The model server at ${addressOf(endpoint)} ${what}. Trying again may help.`;
  return new ModelError('model_stalled', message, {
    retryable: true,
    mostTries: inCall || late === 'no end' ? STALLED_CALL_TRIES : STALLED_TRIES,
  });
}

function cutOff({ endpoint }: ModelRequest, detail: string): ModelError {
  const message = `The model server at ${addressOf(endpoint)} broke off in the middle of its answer. Trying again may help.`;
  return new ModelError('model_cut_off', message, { retryable: true, mostTries: CUT_OFF_TRIES, detail });
}

function endless({ endpoint }: ModelRequest): ModelError {
  const message =
    `The answer of "${endpoint.model}" at ${addressOf(endpoint)} was broken off: it had more than ` +
    `${MOST_ANSWER / 1024 ** 2} MiB of text, ${MOST_PIECES} pieces or ${MOST_CALLS} tool calls. Ask for less at a time, or choose another model.`;
  return new ModelError('model_bad_request', message, { retryable: false });
}

function notAModelServer({ endpoint }: ModelRequest, detail: string): ModelError {
  const message = `${addressOf(endpoint)} answered with a web page: it is not the address of a model server. Check it in the model settings (it usually ends in /v1).`;
  return new ModelError('model_not_found', message, { retryable: false, detail: detail.slice(0, 1000) });
}
