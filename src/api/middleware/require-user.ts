/** Routes behind this have somebody who asks. */
import type { Context, MiddlewareHandler } from 'hono';
import { ApiError } from '../api-error.ts';
import type { Identity, Tokens } from '../auth/tokens.ts';
import type { ApiEnv } from '../dependencies.ts';

export function requireUser(tokens: Tokens): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const identity = await identityOf(c, tokens);
    if (identity === undefined) throw notLoggedIn();
    c.set('identity', identity);
    await next();
  };
}

/** Who asks; undefined where nobody says so. @throws ApiError unauthorized where what they say is not good */
export async function optionalUser(c: Context, tokens: Tokens): Promise<Identity | undefined> {
  if (c.req.header('Authorization') === undefined) return undefined;
  const identity = await identityOf(c, tokens);
  if (identity === undefined) throw notLoggedIn();
  return identity;
}

async function identityOf(c: Context, tokens: Tokens): Promise<Identity | undefined> {
  const [scheme, token, ...rest] = (c.req.header('Authorization') ?? '').split(' ');
  const given = scheme?.toLowerCase() === 'bearer' && rest.length === 0 ? token : undefined;
  return given ? await tokens.verifyAccess(given) : undefined;
}

function notLoggedIn(): ApiError {
  return new ApiError('unauthorized', 'Log in: this needs a valid access token.');
}
