/** The closed set of error codes, of REST bodies and of `error` frames alike, and the one shape of a REST error. */
import { z } from 'zod';

/** Each code with the status it has over HTTP and whether the same request may succeed later. */
export const ERRORS = {
  bad_request: { status: 400, retryable: false },
  bad_path: { status: 400, retryable: false },
  unauthorized: { status: 401, retryable: false },
  wrong_credentials: { status: 401, retryable: false },
  token_reused: { status: 401, retryable: false },
  forbidden: { status: 403, retryable: false },
  quota_exceeded: { status: 403, retryable: false },
  not_found: { status: 404, retryable: false },
  conflict: { status: 409, retryable: false },
  id_reused: { status: 409, retryable: false },
  email_taken: { status: 409, retryable: false },
  changed_meanwhile: { status: 412, retryable: false },
  too_large: { status: 413, retryable: false },
  unsupported_type: { status: 415, retryable: false },
  bad_range: { status: 416, retryable: false },
  rate_limited: { status: 429, retryable: true },
  internal: { status: 500, retryable: true },
  unavailable: { status: 503, retryable: true },
  storage_full: { status: 507, retryable: false },
  // on the socket alone
  unknown_type: { status: 400, retryable: false },
  unsupported_protocol: { status: 400, retryable: false },
  auth_timeout: { status: 408, retryable: true },
  too_slow: { status: 503, retryable: true },
} as const;

export type ErrorCode = keyof typeof ERRORS;

export const errorCode = z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]);

/** The body of every REST answer that is no success. */
export const errorBody = z
  .object({
    error: z.object({
      code: errorCode,
      message: z.string(),
      details: z.unknown().optional(),
    }),
  })
  .meta({ id: 'Error' });

export type ErrorBody = z.infer<typeof errorBody>;
