/** Everything that can go wrong with a model call, as one closed set (R7). */
import type { ModelErrorCode } from './types.ts';

/** A model call failed. `message` is for a person; `detail` is the vendor's own text, for the log only. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly code: ModelErrorCode;
  readonly retryable: boolean;
  /** How long the server asked us to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** The HTTP status, when the server answered at all. */
  readonly status?: number;
  /** What the vendor or the socket said. It may quote the prompt: it goes to the log, never to Temporal (R1). */
  readonly detail?: string;

  constructor(
    code: ModelErrorCode,
    message: string,
    more: { retryable: boolean; retryAfterMs?: number; status?: number; detail?: string },
  ) {
    super(message);
    this.code = code;
    this.retryable = more.retryable;
    if (more.retryAfterMs !== undefined) this.retryAfterMs = more.retryAfterMs;
    if (more.status !== undefined) this.status = more.status;
    if (more.detail !== undefined) this.detail = more.detail;
  }
}

/** An answer other than 200, or an error sent inside a stream; `status` is 0 where a stream's error has none. */
export interface HttpFailure {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
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
export function withoutSecret(error: ModelError, secret: string): ModelError {
  if (secret === '' || !error.detail?.includes(secret)) return error;
  const { retryable, retryAfterMs, status } = error;
  return new ModelError(error.code, error.message, {
    retryable,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(status === undefined ? {} : { status }),
    detail: error.detail.replaceAll(secret, '[key]'),
  });
}

/** Milliseconds to wait by `retry-after-ms` or `Retry-After` (seconds or an HTTP date); undefined without either. */
export function retryAfterMs(headers: HttpFailure['headers'], now: number): number | undefined {
  const exact = Number(headers['retry-after-ms'] ?? Number.NaN);
  if (Number.isFinite(exact)) return Math.max(0, exact);
  const text = String(headers['retry-after'] ?? '').trim();
  if (text === '') return undefined;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return Math.max(0, Math.ceil(seconds * 1000));
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** How vendors without OpenAI's code for it say that a request is longer than the model's window. */
const TOO_LONG =
  /context[_ -](?:length|window|size)|maximum (?:context|input|prompt)|(?:prompt|input|request) is too long|token count .*exceeds/i;

/** Whether the call failed because the request was longer than the model's window: a shorter one may do. */
export function isTooLong(error: unknown): boolean {
  if (!(error instanceof ModelError) || error.code !== 'model_bad_request') return false;
  return error.status !== undefined && TOO_LONG.test(error.detail ?? '');
}

function isHttpFailure(failure: unknown): failure is HttpFailure {
  return typeof failure === 'object' && failure !== null && 'status' in failure && 'body' in failure;
}

function fromHttp({ status, headers, body }: HttpFailure, endpoint: EndpointName, now: number): ModelError {
  const at = `The model server at ${addressOf(endpoint)}`;
  const vendor = vendorCodes(body);
  const wait = retryAfterMs(headers, now);
  const common = { status, detail: body.slice(0, 4000) };
  const final = { ...common, retryable: false };
  const again = { ...common, retryable: true, ...(wait === undefined ? {} : { retryAfterMs: wait }) };

  if (status === 402 || vendor.includes('insufficient_quota')) {
    const message = `${at} says that this account has no credit left. Top it up, or choose another model.`;
    return new ModelError('model_unauthorized', message, final);
  }
  if (status === 401) {
    const message = `${at} refused the API key. Check the key in the model settings.`;
    return new ModelError('model_unauthorized', message, final);
  }
  if (status === 403) {
    const message = `${at} does not let this API key use the model "${endpoint.model}". Check the key's permissions or choose another model.`;
    return new ModelError('model_unauthorized', message, final);
  }
  if (status === 404) {
    const message = `${at} does not know the model "${endpoint.model}", or the address is wrong. Check both in the model settings (the address usually ends in /v1).`;
    return new ModelError('model_not_found', message, final);
  }
  if (status === 429 || vendor.some((code) => code.includes('rate_limit'))) {
    const message = `${at} receives more requests than it allows.`;
    return new ModelError('model_rate_limited', message, again);
  }
  if (vendor.includes('context_length_exceeded')) {
    const message = `${at} says that the conversation is longer than the window of "${endpoint.model}". Set the right context window in the model settings, or start a new Work.`;
    return new ModelError('model_bad_request', message, final);
  }
  if (status >= 300 && status < 400) {
    const message = `${at} redirects to another address, which is not followed. Enter the final address in the model settings.`;
    return new ModelError('model_bad_request', message, final);
  }
  if (status === 0 || status >= 500 || status === 408 || status === 409 || status === 425) {
    const what =
      status === 0 ? 'reported an error in its answer' : `has a problem of its own (HTTP ${status})`;
    return new ModelError('model_server_error', `${at} ${what}. Trying again may help.`, again);
  }
  const message = `${at} refused the request (HTTP ${status}). The model "${endpoint.model}" may not support tools or one of the settings; the server's log has its words.`;
  return new ModelError('model_bad_request', message, final);
}

function fromThrown(thrown: unknown, endpoint: EndpointName): ModelError {
  const code = errorCode(thrown);
  const detail = `${code} ${String(thrown)}`.trim();
  const address = addressOf(endpoint);
  if (code === 'ERR_INVALID_URL' || code === 'ERR_INVALID_PROTOCOL') {
    const message = `"${endpoint.baseUrl}" is not the address of a model server. It should look like https://api.example.com/v1.`;
    return new ModelError('model_bad_request', message, { retryable: false, detail });
  }
  if (code === 'ERR_INVALID_CHAR') {
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

/** `error.code` and `error.type` as vendors give them; empty when the body is something else. */
function vendorCodes(body: string): string[] {
  try {
    const { error } = JSON.parse(body) as { error?: { code?: unknown; type?: unknown } };
    return [error?.code, error?.type].filter((code) => typeof code === 'string');
  } catch {
    return []; // A body that is not JSON, such as a proxy's HTML page, names no code.
  }
}
