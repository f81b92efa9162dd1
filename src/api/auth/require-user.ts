/** Routes behind this have somebody who asks. */
import type { MiddlewareHandler } from 'hono';
import { ApiError } from '../api-error.ts';
import type { ApiEnv } from '../dependencies.ts';
import type { Tokens } from './tokens.ts';

export function requireUser(tokens: Tokens): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const [scheme, token, ...rest] = (c.req.header('Authorization') ?? '').split(' ');
    const given = scheme?.toLowerCase() === 'bearer' && rest.length === 0 ? token : undefined;
    const identity = given ? await tokens.verifyAccess(given) : undefined;
    if (identity === undefined) {
      throw new ApiError('unauthorized', 'Log in: this needs a valid access token.');
    }
    c.set('identity', identity);
    await next();
  };
}
