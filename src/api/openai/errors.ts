/** Errors as OpenAI's clients read them: `{"error": {message, type, param, code}}` with the status that they act on. */
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { ERRORS, type ErrorCode } from '../../protocol/errors.ts';
import { ApiError } from '../api-error.ts';

export interface OpenAIError {
  message: string;
  type: string;
  param: string | null;
  code: string | null;
}

/** A part of a request that cannot be served; `param` names it. */
export class RequestError extends ApiError {
  override name = 'RequestError';
  readonly param: string;

  constructor(param: string, message: string) {
    super('bad_request', message);
    this.param = param;
  }
}

const TYPES: Partial<Record<ErrorCode, string>> = {
  unauthorized: 'authentication_error',
  forbidden: 'permission_error',
  rate_limited: 'rate_limit_error',
  quota_exceeded: 'insufficient_quota',
  internal: 'server_error',
  unavailable: 'server_error',
};

export function toOpenAIError(error: ApiError): OpenAIError {
  return {
    message: error.message,
    type: TYPES[error.code] ?? 'invalid_request_error',
    param: error instanceof RequestError ? error.param : null,
    code: error.code,
  };
}

export function answerOpenAIError(c: Context, error: ApiError): Response {
  if (error.retryAfter !== undefined) c.header('Retry-After', String(error.retryAfter));
  if (error.code === 'unauthorized') c.header('WWW-Authenticate', 'Bearer');
  // What is used up today is tried again by a client that reads 429; 403 it would call a wrong key.
  const status = error.code === 'quota_exceeded' ? 429 : ERRORS[error.code].status;
  return c.json({ error: toOpenAIError(error) }, status as ContentfulStatusCode);
}
