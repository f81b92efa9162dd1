/**
 * The spans of requests. One that brings a message is the root of the trace of the turn that will answer it; each
 * other is a trace of its own.
 */
import type { MiddlewareHandler } from 'hono';
import { newPlace, requestPlace, type SpanPlace, spanClock, type Tracer } from '../../tracing/spans.ts';
import type { ApiEnv } from '../dependencies.ts';
import { routeOf } from './measure-requests.ts';

/** Asked all the time by machines; nobody looks for them in a trace. */
const UNTRACED = /^\/(health|metrics)(\/|$)/;

export function traceRequests(tracer: Tracer): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    if (UNTRACED.test(c.req.path)) return await next();
    const startedAt = spanClock();
    await next();
    const route = routeOf(c);
    const { method } = c.req;
    const { status } = c.res;
    tracer.record({
      name: `${method} ${route}`,
      kind: 'server',
      place: c.get('place') ?? newPlace(),
      startedAt,
      endedAt: spanClock(),
      failed: status >= 500,
      attributes: {
        'http.request.method': method,
        'http.route': route,
        'http.response.status_code': status,
        'paperagent.request_id': c.get('requestId'),
      },
    });
  };
}

/** The place of a request that brought a message; a repeat of one gets none, for that span is told of once. */
export function placeOf(workId: string, message: { id: string; duplicate: boolean }): SpanPlace | undefined {
  return message.duplicate ? undefined : requestPlace(workId, message.id);
}

/** Takes a message that came over a socket, in a span like that of a request. */
export async function traceMessage<T extends { duplicate: boolean }>(
  tracer: Tracer | undefined,
  { workId, id }: { workId: string; id: string },
  take: () => Promise<T>,
): Promise<T> {
  const startedAt = spanClock();
  const taken = await take();
  tracer?.record({
    name: 'message over the socket',
    kind: 'server',
    place: placeOf(workId, { id, ...taken }) ?? newPlace(),
    startedAt,
    endedAt: spanClock(),
    failed: false,
    attributes: { 'paperagent.work_id': workId, 'paperagent.duplicate': taken.duplicate },
  });
  return taken;
}
