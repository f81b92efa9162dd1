/** An answer of server-sent events, whatever they are of. */
import type { Context } from 'hono';

/**
 * How long a stream says nothing at most: proxies close what is silent for a minute, and a client may take it for dead
 * after half of one.
 */
export const COMMENT_MS = 10_000;

/** @param body the events as they go out; nobody between may keep, pack or hold them back */
export function sseAnswer(c: Context, body: ReadableStream<Uint8Array>): Response {
  return c.body(body, 200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-cache, no-transform',
    'X-Accel-Buffering': 'no',
  });
}
