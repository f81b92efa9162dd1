/** How large a body may be. */
import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { ApiError } from '../api-error.ts';
import type { ApiEnv } from '../dependencies.ts';

/** Refuses what is larger, in the shape of errors of whoever uses it. */
export function limitTo(maxBytes: number): MiddlewareHandler<ApiEnv> {
  return bodyLimit({
    maxSize: maxBytes,
    onError: () => {
      throw new ApiError('too_large', `The body may have at most ${maxBytes} bytes.`);
    },
  });
}
