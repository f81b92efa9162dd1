/** Everything that can go wrong with a model call, as one closed set (R7, M18). */
import type { HttpFailure } from './http-failure.ts';
import type { ModelErrorCode } from './types.ts';
import { type Meaning, means, readWords } from './vendor-words.ts';
import { LONGEST_WAIT_MS, waitAsked, waitInBody } from './waits.ts';

interface ErrorDetails {
  retryable: boolean;
  /** How long the server asked us to wait, in milliseconds. */
  retryAfterMs?: number | undefined;
  /** The HTTP status, when the server answered at all. */
  status?: number | undefined;
  /** How often such a call is made in all, where that is less than for others. */
  mostTries?: number | undefined;
  /** The request was longer than the model's window: a shorter one may do. */
  isTooLong?: boolean;
  /** What the vendor or the socket said. It may quote the prompt: it goes to the log, never to Temporal (R1). */
  detail?: string | undefined;
}

/** A model call failed. `message` is for a person; `detail` is the vendor's own text, for the log only. */
export class ModelError extends Error implements ErrorDetails {
  override readonly name = 'ModelError';
  readonly code: ModelErrorCode;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly status: number | undefined;
  readonly mostTries: number | undefined;
  readonly isTooLong: boolean;
  readonly detail: string | undefined;

  constructor(code: ModelErrorCode, message: string, details: ErrorDetails) {
    super(message);
    this.code = code;
    this.retryable = details.retryable;
    this.retryAfterMs = details.retryAfterMs;
    this.status = details.status;
    this.mostTries = details.mostTries;
    this.isTooLong = details.isTooLong ?? false;
    this.detail = details.detail;
  }
}

/** What an error message may name of an endpoint: never its key. */
export interface EndpointName {
  baseUrl: string;
  model: string;
}

/**
 * The one mapping of anything that a model call throws, or of an HTTP answer, to a ModelError.
 * A ModelError passes through unchanged.
 */
export function toModelError(failure: unknown, endpoint: EndpointName, now = Date.now()): ModelError {
  if (failure instanceof ModelError) return failure;
  return isHttpFailure(failure) ? fromHttp(failure, endpoint, now) : fromThrown(failure, endpoint);
}

/** The same error with a secret cut out of the vendor's words: some quote the key that they refuse (A5). */
export function withoutSecrets(error: ModelError, secrets: readonly string[]): ModelError {
  const { detail } = error;
  if (detail === undefined || !secrets.some((secret) => detail.includes(secret))) return error;
  return new ModelError(error.code, error.message, {
    ...error,
    detail: textWithoutSecrets(detail, secrets),
  });
}

/** What a vendor said, which may quote what it was sent (A5). */
export function textWithoutSecrets(words: string, secrets: readonly string[]): string {
  return secrets.reduce((text, secret) => text.replaceAll(secret, '[key]'), words);
}

/** Whether the call failed because the request was longer than the model's window: a shorter one may do. */
export function isTooLong(error: unknown): error is ModelError {
  return error instanceof ModelError && error.isTooLong;
}

/** How often a call is made in all whose answer was broken in itself (M12). */
export const BROKEN_TRIES = 3;
/** Refusals that pass: timeouts, conflicts, too early, a dependency that failed (424), capacity (498). */
const PASSING = new Set([408, 409, 424, 425, 498]);
const DETAIL_CHARACTERS = 4_000;

function isHttpFailure(failure: unknown): failure is HttpFailure {
  return typeof failure === 'object' && failure !== null && 'status' in failure && 'body' in failure;
}

/** The sentence for a person, by what the server's words or its status mean; the first that applies counts. */
function fromHttp(failure: HttpFailure, endpoint: EndpointName, now: number): ModelError {
  const at = `The model server at ${addressOf(endpoint)}`;
  const model = `"${endpoint.model}"`;
  const words = readWords(failure.body);
  const status = failure.status || words.status || 0;
  const common = {
    status: status === 0 ? undefined : status,
    detail: failure.body.slice(0, DETAIL_CHARACTERS),
  };
  const is = (meaning: Meaning) => means(words, meaning);
  const final = (code: ModelErrorCode, sentence: string, more: { isTooLong?: boolean } = {}) =>
    new ModelError(code, sentence, { ...common, ...more, retryable: false });
  const again = (code: ModelErrorCode, sentence: string, more: { mostTries?: number } = {}) => {
    const retryAfterMs = waitAsked(failure, now);
    if (retryAfterMs !== undefined && retryAfterMs > LONGEST_WAIT_MS)
      return final(code, tooFarOff(retryAfterMs));
    return new ModelError(code, sentence, { ...common, ...more, retryable: true, retryAfterMs });
  };
  const tooFarOff = (ms: number) =>
    `${at} asks to wait for ${lengthOf(ms)} before the next request, which is too long for a turn. Send the message again then, or choose another model.`;

  const busy = `${at} receives more requests than it allows. Send the message again in a while, or choose another model.`;

  // "Exceeded your current quota" with a wait of minutes is Google's rate limit; without one, an empty account.
  if (status === 402 || is('empty') || (is('quota') && waitInBody(failure.body) === undefined)) {
    return final(
      'model_unauthorized',
      `${at} says that this account has no credit left. Top it up, or choose another model.`,
    );
  }
  if (status >= 300 && status < 400) {
    return final(
      'model_bad_request',
      `${at} redirects to another address, which is not followed. Enter the final address in the model settings.`,
    );
  }
  if (status === 429) {
    return again('model_rate_limited', busy);
  }
  if (status === 401 || (status > 0 && status < 500 && is('key'))) {
    return final('model_unauthorized', `${at} refused the API key. Check the key in the model settings.`);
  }
  if (is('noTools')) {
    return final(
      'model_bad_request',
      `${at} cannot use tools with the model ${model}, and PaperAgent lives by them. Choose a model with tool ` +
        'support, or start the server so that it parses tool calls (vLLM: --enable-auto-tool-choice and ' +
        '--tool-call-parser; llama.cpp: --jinja).',
    );
  }
  if (is('badCall')) {
    return again(
      'model_server_error',
      `${at} could not read a tool call that the model ${model} wrote. Trying again may help.`,
      { mostTries: BROKEN_TRIES },
    );
  }
  if (status === 413 || (status !== 404 && is('tooLong'))) {
    return final(
      'model_bad_request',
      `${at} says that the conversation is longer than the window of ${model}. Set the right context window in the model settings, or start a new Work.`,
      { isTooLong: true },
    );
  }
  if (is('template')) {
    return final(
      'model_bad_request',
      `${at} cannot bring the conversation into the form that the model ${model} was made for: its chat template refused it. Choose another model, or another template on that server.`,
    );
  }
  if (status === 404 || (status > 0 && status < 500 && is('noModel'))) {
    return final(
      'model_not_found',
      `${at} does not know the model ${model}, or the address is wrong. Check both in the model settings (the address usually ends in /v1).`,
    );
  }
  if (status > 0 && status < 500 && is('filter')) {
    return final(
      'model_bad_request',
      `${at} did not answer, for its content filter objected to this conversation. Say it in other words, or choose another model.`,
    );
  }
  if (status === 403) {
    return final(
      'model_unauthorized',
      `${at} does not let this API key use the model ${model}. Check the key's permissions or choose another model.`,
    );
  }
  if (is('rate') && (status === 0 || status >= 500)) {
    return again('model_rate_limited', busy);
  }
  if (status === 0 || status >= 500 || PASSING.has(status)) {
    const what =
      status === 0 ? 'reported an error in its answer' : `has a problem of its own (HTTP ${status})`;
    return again('model_server_error', `${at} ${what}. Trying again may help.`);
  }
  return final(
    'model_bad_request',
    `${at} refused the request (HTTP ${status}). The model ${model} may not support tools or one of the settings; the server's log has its words.`,
  );
}

/** A wait in words, rounded up: `35 minutes`, `3 hours`. */
function lengthOf(ms: number): string {
  const minutes = Math.ceil(ms / 60_000);
  if (minutes < 120) return `${minutes} minutes`;
  const hours = Math.ceil(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.ceil(hours / 24)} days`;
}

function fromThrown(thrown: unknown, endpoint: EndpointName): ModelError {
  const code = errorCode(thrown);
  const detail = `${code} ${String(thrown)}`.trim();
  const address = addressOf(endpoint);
  if (code === 'ERR_INVALID_URL' || code === 'ERR_INVALID_PROTOCOL') {
    const message = `"${endpoint.baseUrl}" is not the address of a model server. It should look like https://api.example.com/v1.`;
    return new ModelError('model_bad_request', message, { retryable: false, detail });
  }
  // Node's words for a header, and those of the standard's Headers, which have no code.
  if (code === 'ERR_INVALID_CHAR' || /invalid header value|to a ByteString/i.test(String(thrown))) {
    const message = `The API key for ${address} holds a character that no key can have. Enter it again in the model settings.`;
    return new ModelError('model_unauthorized', message, { retryable: false, detail });
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|TLS|EPROTO|SSL/.test(code)) {
    const message = `No secure connection to the model server at ${address} (${code}). Check that the address begins with the right one of http:// and https://, and the server's certificate.`;
    return new ModelError('model_unreachable', message, { retryable: false, detail });
  }
  const why = REASONS[code] ?? 'the connection failed';
  const message = `The model server at ${address} cannot be reached: ${why}. Check that it runs and that the address in the model settings is right.`;
  return new ModelError('model_unreachable', message, { retryable: true, detail });
}

const REASONS: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'no such host is known',
  EAI_AGAIN: 'the name server does not answer',
  ETIMEDOUT: 'it does not answer',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no network',
  ECONNRESET: 'it closed the connection',
};

/** The system's error code; of several addresses tried at once (AggregateError), that of the first. */
function errorCode(thrown: unknown): string {
  // Not `instanceof`: an error of Node's core may come from another realm than this module.
  if (typeof thrown !== 'object' || thrown === null) return '';
  if ('code' in thrown && typeof thrown.code === 'string') return thrown.code;
  if ('errors' in thrown && Array.isArray(thrown.errors)) return errorCode(thrown.errors[0]);
  return 'cause' in thrown ? errorCode(thrown.cause) : '';
}

/** The address as a person may see it: without user, password and query. */
export function addressOf({ baseUrl }: EndpointName): string {
  const url = URL.parse(baseUrl);
  return url === null ? baseUrl : `${url.origin}${url.pathname.replace(/\/$/, '')}`;
}
