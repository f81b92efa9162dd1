/** Routes behind this have somebody who asks. */
import type { Context, MiddlewareHandler } from 'hono';
import { onBehalfOf } from '../../db/askers.ts';
import type { Scope } from '../../domain/scopes.ts';
import { ApiError } from '../api-error.ts';
import type { Identity, Tokens } from '../auth/tokens.ts';
import type { ApiEnv } from '../dependencies.ts';

/** @param scope what a key must have for it; undefined: by the method */
export function requireUser(tokens: Tokens, scope?: Scope): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    // Paths of routes overlap: who asks is asked for once, and a key's use counted once.
    const identity = c.get('identity') ?? (await identityOf(c, tokens));
    if (identity === undefined) throw notLoggedIn();
    requireScope(identity, scope ?? (READING.has(c.req.method) ? 'read' : 'write'));
    c.set('identity', identity);
    await onBehalfOf(identity.userId, next);
  };
}

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/** A person may do all that is theirs, a key what it was made for. */
export function mayDo({ scopes }: Identity, scope: Scope): boolean {
  return scopes === undefined || scopes.includes(scope);
}

/** @throws ApiError forbidden where a key may not do that */
function requireScope(identity: Identity, scope: Scope): void {
  if (mayDo(identity, scope)) return;
  throw new ApiError('forbidden', `This key may not ${scope}. Make one with the scope "${scope}" for that.`);
}

/** Behind requireUser: what opens an account is changed by its person alone, so that a lost key is not a lost account. */
export const requirePerson: MiddlewareHandler<ApiEnv> = async (c, next) => {
  if (c.get('identity').scopes !== undefined) throw notByKey();
  await next();
};

/** The person who asks; undefined where nobody says so. @throws ApiError unauthorized where what they say is not good */
export async function optionalPerson(c: Context, tokens: Tokens): Promise<Identity | undefined> {
  if (c.req.header('Authorization') === undefined) return undefined;
  const identity = await identityOf(c, tokens);
  if (identity === undefined) throw notLoggedIn();
  if (identity.scopes !== undefined) throw notByKey();
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

function notByKey(): ApiError {
  return new ApiError('forbidden', 'This takes a person who is signed in; a key may not do it.');
}
