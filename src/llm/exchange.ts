/**
 * One HTTP exchange with a model server: the request goes out, the answer streams in.
 *
 * Why not the `openai` SDK or `fetch`, both of which were tried against the fault list: the SDK reads on after
 * `[DONE]` until the server closes (a server that keeps the socket open hangs the turn); it ends normally when
 * the last event was cut in the middle, and hides `[DONE]`, so that a lost half cannot be told from an end; it
 * writes unparsable events to the console, prompts and all; and it spends twice the CPU a token. Neither it
 * nor `fetch` can check the address as the socket connects (A6) without another HTTP client.
 */
import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { type AnswerSoFar, createAnswerAssembly } from './answer-assembly.ts';
import type { ModelConnection } from './connection.ts';
import { addressOf, type HttpFailure, ModelError, toModelError } from './errors.ts';
import { readEvents, readWhole } from './response-body.ts';
import type { ModelDelta, ModelRequest } from './types.ts';

/** How long usage and `[DONE]` may take once the model has said that it is finished. */
const AFTER_FINISH_MS = 3_000;
/** How long the server may take to end its answer after `[DONE]`, so that the socket can be used again. */
const DRAIN_MS = 1_000;
const ERROR_BODY_BYTES = 65_536;
const WHOLE_BODY_BYTES = 32 * 1024 * 1024;
/**
 * The longest answer, in UTF-16 code units of text, reasoning, names and arguments, each piece counting one more. No
 * model writes that much; a server that does would fill this process, the log and every viewer.
 */
export const MOST_ANSWER = 8 * 1024 * 1024;
/** Tool calls of one answer; each costs an event, a claim and a run, however short it is. */
export const MOST_CALLS = 256;

export type ExchangeResult = { ok: true; answer: AnswerSoFar } | { ok: false; failure: HttpFailure };

/**
 * Sends `body` and resolves with the finished answer, or with the refusal of a server that did not begin one.
 * An abort closes the socket in the same tick.
 * @throws ModelError; what `onDelta` throws comes through as it is.
 */
export function exchange(
  request: ModelRequest,
  body: string,
  connection: ModelConnection,
  onDelta: (delta: ModelDelta) => void,
): Promise<ExchangeResult> {
  const { endpoint, signal, timeouts } = request;
  return new Promise((resolve, reject) => {
    if (signal.aborted) throw aborted();
    const url = completionsUrl(endpoint.baseUrl);
    const lookup = connection.lookupFor(url);
    const secure = url.protocol === 'https:';
    const sent = (secure ? https : http).request(url, {
      method: 'POST',
      agent: secure ? connection.httpsAgent : connection.httpAgent,
      ...(lookup === undefined ? {} : { lookup }),
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        accept: 'text/event-stream, application/json',
        'accept-encoding': 'identity',
        ...(endpoint.apiKey === '' ? {} : { authorization: `Bearer ${endpoint.apiKey}` }),
      },
    });
    const assembly = createAnswerAssembly();
    let settled = false;
    let begun = false;
    let sawToken = false;
    let received = 0;
    let awaited: 'first token' | 'token' | 'goodbye' = 'first token';
    let timer = setTimeout(stalled, timeouts.firstTokenMs);

    function settle(): boolean {
      if (settled) return false;
      settled = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      return true;
    }
    function fail(error: unknown): void {
      if (!settle()) return;
      sent.destroy();
      reject(error);
    }
    function complete(): void {
      if (!settle()) return;
      const drain = setTimeout(() => sent.destroy(), DRAIN_MS).unref();
      sent.once('close', () => clearTimeout(drain));
      resolve({ ok: true, answer: assembly.soFar() });
    }
    function onAbort(): void {
      fail(aborted());
    }
    function stalled(): void {
      // The answer is whole; only the server's goodbye is missing.
      if (awaited === 'goodbye') {
        complete();
        return;
      }
      const silence = sawToken
        ? `fell silent in the middle of its answer for ${timeouts.stallMs / 1000} s`
        : `did not begin to answer within ${timeouts.firstTokenMs / 1000} s`;
      fail(stallError(`The model server at ${addressOf(endpoint)} ${silence}. Trying again may help.`));
    }
    /** The stream is over, by its end or by a broken connection. */
    function ended(detail: string): void {
      if (assembly.isFinished()) complete();
      else fail(cutOff(request, detail));
    }
    function deliver(chunk: unknown): void {
      const deltas = assembly.take(chunk);
      sawToken ||= deltas.length > 0;
      for (const delta of deltas) {
        received += sizeOf(delta);
        if (received > MOST_ANSWER || (delta.type === 'tool' && delta.index >= MOST_CALLS)) {
          throw endless(request);
        }
        onDelta(delta);
      }
    }

    function takeEvent(data: string): void {
      if (settled) return;
      if (data.trim() === '[DONE]') {
        // Some vendors give no finish_reason: [DONE] after something was said is an end, too.
        if (sawToken || assembly.isFinished()) complete();
        else ended('[DONE] without an answer');
        return;
      }
      const chunk = parseJson(data);
      const error = errorInStream(chunk, data);
      if (chunk === undefined) ended(`not JSON: ${data.slice(0, 200)}`);
      else if (error !== undefined) fail(toModelError(error, endpoint));
      else {
        deliver(chunk);
        if (!settled) expectMore();
      }
    }
    /** Sets the deadline of the next event by what has come so far. */
    function expectMore(): void {
      const next = assembly.isFinished() ? 'goodbye' : sawToken ? 'token' : 'first token';
      if (next === awaited) {
        if (next === 'token') timer.refresh();
        return;
      }
      awaited = next;
      clearTimeout(timer);
      const { stallMs } = timeouts;
      timer = setTimeout(stalled, next === 'goodbye' ? Math.min(AFTER_FINISH_MS, stallMs) : stallMs);
    }

    /** Runs what an event of the socket brings; what it throws (onDelta's errors too) fails the call. */
    function guarded(work: () => void): void {
      try {
        work();
      } catch (error) {
        fail(error);
      }
    }

    function receive(response: http.IncomingMessage): void {
      begun = true;
      const status = response.statusCode ?? 0;
      const type = response.headers['content-type'] ?? '';
      if (status !== 200) {
        readWhole(response, ERROR_BODY_BYTES, (text) => {
          if (!settle()) return;
          sent.destroy();
          resolve({ ok: false, failure: { status, headers: response.headers, body: text } });
        });
      } else if (type.includes('json')) {
        readWhole(response, WHOLE_BODY_BYTES, (text) => guarded(() => takeWhole(text)));
      } else if (type.includes('html')) {
        readWhole(response, ERROR_BODY_BYTES, (text) => fail(notAModelServer(request, text)));
      } else {
        readEvents(response, (data) => guarded(() => takeEvent(data)), ended);
      }
    }
    /** A vendor that does not stream: the whole answer is one JSON object. */
    function takeWhole(text: string): void {
      const whole = parseJson(text);
      const error = whole === undefined ? undefined : errorInStream(whole, text);
      if (error !== undefined) {
        fail(toModelError(error, endpoint));
        return;
      }
      deliver(whole);
      ended(`no whole answer: ${text.slice(0, 200)}`);
    }

    signal.addEventListener('abort', onAbort, { once: true });
    sent.on('socket', (socket) => limitConnecting(socket, connection.connectTimeoutMs));
    sent.on('response', receive);
    sent.on('error', (error) => {
      if (begun) ended(String(error));
      else if (sent.reusedSocket && 'code' in error && error.code === 'ECONNRESET') {
        // The server had closed this idle socket as we wrote to it: nobody has read the request.
        if (settle()) resolve(exchange(request, body, connection, onDelta));
      } else fail(toModelError(error, endpoint));
    });
    sent.end(body);
  });
}

/** An address that swallows packets is unreachable, and not a model that thinks: it must not take its time. */
function limitConnecting(socket: Socket, timeoutMs: number): void {
  if (!socket.connecting) return;
  const timeout = Object.assign(new Error(`no connection in ${timeoutMs} ms`), { code: 'ETIMEDOUT' });
  const timer = setTimeout(() => socket.destroy(timeout), timeoutMs);
  for (const event of ['connect', 'close']) socket.once(event, () => clearTimeout(timer));
}

function completionsUrl(baseUrl: string): URL {
  const url = new URL(baseUrl);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/chat/completions`;
  return url;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // The caller says what a text that is no JSON means where it stood.
  }
}

/** An error that the vendor sent with status 200, as its failure. */
function errorInStream(chunk: unknown, body: string): HttpFailure | undefined {
  if (typeof chunk !== 'object' || chunk === null || !('error' in chunk) || !chunk.error) return undefined;
  const { code, status } = chunk.error as { code?: unknown; status?: unknown };
  const number = [code, status].map(Number).find((value) => value >= 400 && value < 600);
  return { status: number ?? 0, headers: {}, body };
}

function aborted(): ModelError {
  return new ModelError('model_aborted', 'The model call was stopped.', { retryable: false });
}

function stallError(message: string): ModelError {
  return new ModelError('model_stalled', message, { retryable: true });
}

function cutOff({ endpoint }: ModelRequest, detail: string): ModelError {
  const message = `The model server at ${addressOf(endpoint)} broke off in the middle of its answer. Trying again may help.`;
  return new ModelError('model_cut_off', message, { retryable: true, detail });
}

function sizeOf(delta: ModelDelta): number {
  const name = delta.type === 'tool' ? (delta.name ?? '') : '';
  return 1 + delta.text.length + name.length;
}

function endless({ endpoint }: ModelRequest): ModelError {
  const message =
    `The answer of "${endpoint.model}" at ${addressOf(endpoint)} was broken off: it had more than ` +
    `${MOST_ANSWER / 1024 ** 2} MiB of text or ${MOST_CALLS} tool calls. Ask for less at a time, or choose another model.`;
  return new ModelError('model_bad_request', message, { retryable: false });
}

function notAModelServer({ endpoint }: ModelRequest, detail: string): ModelError {
  const message = `${addressOf(endpoint)} answered with a web page: it is not the address of a model server. Check it in the model settings (it usually ends in /v1).`;
  return new ModelError('model_not_found', message, { retryable: false, detail: detail.slice(0, 1000) });
}
