/** The body of a request whose route is not checked by a hook: it has errors of its own, or a path with slashes. */
import type { Context } from 'hono';
import { isTooNested, TOO_NESTED } from '../domain/json-nesting.ts';
import { ApiError } from './api-error.ts';

/** @throws ApiError bad_request */
export async function readJson(c: Context): Promise<unknown> {
  const text = await c.req.text();
  if (isTooNested(text)) throw new ApiError('bad_request', TOO_NESTED);
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError('bad_request', 'The body is not valid JSON.');
  }
}
