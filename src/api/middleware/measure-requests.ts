/** Times every request by its route, never by its path: ids would make a series each. */
import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { ApiEnv } from '../dependencies.ts';
import type { ApiMetrics } from '../metrics/api-metrics.ts';

export function measureRequests(metrics: ApiMetrics): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const began = performance.now();
    await next();
    const seconds = (performance.now() - began) / 1000;
    metrics.request({ method: c.req.method, route: routeOf(c), status: c.res.status, seconds });
  };
}

/** The route that a request found, without ids; 'none' where it found none. */
export function routeOf(c: Context<ApiEnv>): string {
  // Middleware is of any method.
  return matchedRoutes(c).findLast(({ method }) => method !== 'ALL')?.path ?? 'none';
}
