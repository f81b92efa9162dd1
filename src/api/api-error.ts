/** Every way in which a request fails ends here, in one shape (A9). */
import type { Context, ErrorHandler, NotFoundHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { ZodError } from 'zod';
import { isUnavailable } from '../db/unavailable.ts';
import { UnreadableMarkdown } from '../domain/markdown/unreadable.ts';
import { ERRORS, type ErrorBody, type ErrorCode } from '../protocol/errors.ts';
import { WorkspaceError, type WorkspaceErrorCode } from '../workspace/workspace-error.ts';
import type { ApiEnv } from './dependencies.ts';

/** A request that cannot be served, for a reason that its sender may know. */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly code: ErrorCode;
  readonly details: unknown;
  /** Seconds, where the sender should wait. */
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, message: string, more: { details?: unknown; retryAfter?: number } = {}) {
    super(message);
    this.code = code;
    this.details = more.details;
    this.retryAfter = more.retryAfter;
  }
}

/** The answer to what is not there, or not yours: the two are told alike (A2). */
export function notFound(what: string): ApiError {
  return new ApiError('not_found', `There is no such ${what}.`);
}

export function rateLimited(seconds: number, what: string): ApiError {
  const retryAfter = Math.ceil(seconds);
  return new ApiError('rate_limited', `Too many ${what}. Try again in ${retryAfter} s.`, { retryAfter });
}

const OF_WORKSPACE: Record<WorkspaceErrorCode, ErrorCode> = {
  bad_path: 'bad_path',
  not_found: 'not_found',
  not_regular: 'not_found',
  is_directory: 'conflict',
  exists: 'conflict',
  not_directory: 'not_found',
  too_large: 'too_large',
  changed: 'changed_meanwhile',
  no_permission: 'not_found',
  disk_full: 'storage_full',
  no_room: 'storage_full',
};

const OF_STATUS: Partial<Record<number, ErrorCode>> = {
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  413: 'too_large',
  415: 'unsupported_type',
};

/** What the sender is told of an error; undefined where it is none of their business. */
export function meaningOf(error: unknown): ApiError | undefined {
  if (error instanceof ApiError) return error;
  if (error instanceof WorkspaceError) return new ApiError(OF_WORKSPACE[error.code], error.message);
  if (error instanceof UnreadableMarkdown) return new ApiError('too_large', error.message);
  if (error instanceof HTTPException) {
    const code = OF_STATUS[error.status];
    return code && new ApiError(code, error.message || 'This request is not valid.');
  }
  if (isUnavailable(error)) {
    return new ApiError('unavailable', 'The database does not answer at present. Try again.', {
      retryAfter: 1,
    });
  }
  return undefined;
}

export function answerError(c: Context, error: ApiError): Response {
  const body: ErrorBody = {
    error: {
      code: error.code,
      message: error.message,
      ...(error.details === undefined ? {} : { details: error.details }),
    },
  };
  if (error.retryAfter !== undefined) c.header('Retry-After', String(error.retryAfter));
  if (ERRORS[error.code].status === 401) c.header('WWW-Authenticate', 'Bearer');
  return c.json(body, ERRORS[error.code].status as ContentfulStatusCode);
}

/** What the sender is told of any error; one that is none of their business is logged. */
export function toldOf(c: Context, error: unknown): ApiError {
  const meaning = meaningOf(error);
  if (meaning === undefined || meaning.code === 'unavailable')
    c.get('log').error({ err: error }, 'a request failed');
  return meaning ?? new ApiError('internal', 'Something went wrong here. The log says what.');
}

export const onError: ErrorHandler<ApiEnv> = (error, c) => answerError(c, toldOf(c, error));

export const onNotFound: NotFoundHandler<ApiEnv> = (c) => answerError(c, notFound('route'));

/** For validators: an id that cannot be one answers like an id that never was; the rest says what is wrong. */
export function onInvalid(
  result: { success: true } | { success: false; error: ZodError; target: string },
): void {
  if (result.success) return;
  if (result.target === 'param') throw notFound('thing');
  const details = result.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  const first = details[0];
  const where = first?.path ? `${first.path}: ` : '';
  throw new ApiError('bad_request', `${where}${first?.message ?? 'This request is not valid.'}`, { details });
}
