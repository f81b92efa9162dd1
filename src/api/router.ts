/** How every part of the API begins: validation fails in the one shape of errors. */
import { OpenAPIHono } from '@hono/zod-openapi';
import { onInvalid } from './api-error.ts';
import type { ApiEnv } from './dependencies.ts';

export type Router = OpenAPIHono<ApiEnv>;

export function createRouter(): Router {
  return new OpenAPIHono<ApiEnv>({ defaultHook: onInvalid });
}
