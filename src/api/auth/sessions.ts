/** The tokens that somebody gets who has shown who they are (A1). */
import type { Database } from '../../db/database.ts';
import { beginSession, rotateSession } from '../../db/sessions.ts';
import { findUser, type UserRow } from '../../db/users.ts';
import type { Session } from '../../protocol/auth.ts';
import { ApiError } from '../api-error.ts';
import type { Log } from '../log.ts';
import { ACCESS_SECONDS, hashOf, newRefreshToken, REFRESH_SECONDS, type Tokens } from './tokens.ts';

/** Begins a session for a person. */
export async function openSession(
  { db, tokens }: { db: Database; tokens: Tokens },
  user: UserRow,
): Promise<Session> {
  const { token, hash } = newRefreshToken();
  const sessionId = await beginSession(db, { hash, userId: user.id, lifetimeSeconds: REFRESH_SECONDS });
  return await withTokens(tokens, user, sessionId, token);
}

/** Goes on with the session of a refresh token, which is used up by it. @throws ApiError token_reused, unauthorized */
export async function continueSession(
  { db, tokens, log }: { db: Database; tokens: Tokens; log: Log },
  refreshToken: string,
): Promise<Session> {
  const next = newRefreshToken();
  const rotation = await rotateSession(db, {
    old: hashOf(refreshToken),
    next: next.hash,
    lifetimeSeconds: REFRESH_SECONDS,
  });
  if (rotation.outcome === 'reused') {
    log.warn('a refresh token was used twice: its session is ended');
    throw new ApiError('token_reused', 'This session was ended because its token was used twice.');
  }
  const user = rotation.outcome === 'rotated' ? await findUser(db, rotation.userId) : undefined;
  if (rotation.outcome !== 'rotated' || user === undefined)
    throw new ApiError('unauthorized', 'Log in again.');
  return await withTokens(tokens, user, rotation.sessionId, next.token);
}

async function withTokens(
  tokens: Tokens,
  user: UserRow,
  sessionId: string,
  refreshToken: string,
): Promise<Session> {
  const accessToken = await tokens.issueAccess(user.id, sessionId);
  return { accessToken, refreshToken, expiresIn: ACCESS_SECONDS, user };
}
