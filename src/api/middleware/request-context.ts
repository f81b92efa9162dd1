/** Each request has an id, which its answer and its lines in the log carry (A9); they name its Work, too. */
import { randomUUID } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import type { Logger } from 'pino';
import type { ApiEnv } from '../dependencies.ts';
import type { Log } from '../log.ts';

/** An address that opens what it leads to by itself: who reads the log is not to. */
const SHARED = /^(\/(?:api\/shares|s)\/)[^/]+/;

const WORK = /^\/api\/(?:works|chat\/(?:ws|work))\/([0-9a-f-]{36})(?:\/|$)/i;

export function requestContext(log: Log): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const requestId = randomUUID();
    const began = performance.now();
    const workId = WORK.exec(c.req.path)?.[1]?.toLowerCase();
    const bindings = { requestId, ...(workId === undefined ? {} : { workId }) };
    const own = 'child' in log ? (log as Logger).child(bindings) : log;
    c.set('requestId', requestId);
    c.set('log', own);
    c.header('X-Request-Id', requestId);
    await next();
    const { status } = c.res;
    const line = {
      method: c.req.method,
      // Never the query: it may hold a ticket.
      path: c.req.path.replace(SHARED, '$1…'),
      status,
      ms: Math.round((performance.now() - began) * 10) / 10,
    };
    if (status >= 500) own.warn(line, 'answered');
    else own.debug(line, 'answered');
  };
}
