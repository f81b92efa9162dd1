/** HEAD is answered as GET without its body; what would have been read for that body is let go at once. */
import type { MiddlewareHandler } from 'hono';

/**
 * Cancels the body of an answer to HEAD. Hono only drops it: the file, the zip or the viewer behind it would stay open
 * as long as the process lives. Stands outside of everything that answers.
 */
export const dropHeadBodies: MiddlewareHandler = async (c, next) => {
  await next();
  // Routes see a GET; only the request itself still says how it came.
  if (c.req.raw.method === 'HEAD') await c.res.body?.cancel();
};
