/** Times every request by its route, never by its path: ids would make a series each. */
import type { MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { ApiEnv } from '../dependencies.ts';
import type { ApiMetrics } from './api-metrics.ts';

export function measureRequests(metrics: ApiMetrics): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const began = performance.now();
    await next();
    // Middleware is of any method.
    const route = matchedRoutes(c).findLast(({ method }) => method !== 'ALL')?.path ?? 'none';
    const seconds = (performance.now() - began) / 1000;
    metrics.request({ method: c.req.method, route, status: c.res.status, seconds });
  };
}
