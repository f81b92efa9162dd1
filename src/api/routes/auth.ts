/** Accounts and sessions (F12, A1). */
import { createRoute } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { storableText } from '../../db/storable.ts';
import {
  beginSession,
  createGuest,
  createUser,
  endAllSessions,
  endSession,
  findCredentials,
  findUser,
  rotateSession,
  type UserRow,
} from '../../db/users.ts';
import * as shapes from '../../protocol/auth.ts';
import { ApiError } from '../api-error.ts';
import { requireUser } from '../auth/require-user.ts';
import { createSignInLimit } from '../auth/sign-in-limit.ts';
import {
  ACCESS_SECONDS,
  hashRefreshToken,
  newRefreshToken,
  REFRESH_SECONDS,
  TICKET_SECONDS,
} from '../auth/tokens.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { createRouter, type Router } from '../router.ts';
import { bearer, body, errors, json } from './route-parts.ts';

const tags = ['auth'];
const session = json(shapes.session, 'tokens, and whose they are');

const register = createRoute({
  method: 'post',
  path: '/register',
  tags,
  request: { body: body(shapes.registration) },
  responses: { 201: session, ...errors(400, 409, 413, 429) },
});
const login = createRoute({
  method: 'post',
  path: '/login',
  tags,
  request: { body: body(shapes.credentials) },
  responses: { 200: session, ...errors(400, 401, 413, 429) },
});
const guest = createRoute({
  method: 'post',
  path: '/guest',
  tags,
  responses: { 200: session, ...errors(429) },
});
const refresh = createRoute({
  method: 'post',
  path: '/refresh',
  tags,
  request: { body: body(shapes.refreshBody) },
  responses: { 200: session, ...errors(400, 401, 413) },
});
const logout = createRoute({
  method: 'post',
  path: '/logout',
  tags,
  description: 'Ends the session of the refresh token; without one, all sessions of the access token’s user.',
  request: { body: { ...body(shapes.logoutBody), required: false } },
  responses: { 204: { description: 'logged out' }, ...errors(400, 413) },
});
const me = createRoute({
  method: 'get',
  path: '/me',
  tags,
  security: bearer,
  responses: { 200: json(shapes.user, 'who you are'), ...errors(401) },
});
const ticket = createRoute({
  method: 'post',
  path: '/ticket',
  tags,
  security: bearer,
  description: 'For an EventSource, which cannot send headers: opens /api/works/{id}/events?ticket=',
  responses: { 200: json(shapes.ticket, 'a short-lived ticket'), ...errors(401) },
});

export function authRoutes({ db, tokens, passwords, config }: ApiDependencies): Router {
  const app = createRouter();
  const limit = createSignInLimit(db, config.rateLoginsPerMinute);
  const needsUser = requireUser(tokens);

  async function withTokens(user: UserRow, refreshToken: string): Promise<shapes.Session> {
    const accessToken = await tokens.issueAccess(user.id);
    return { accessToken, refreshToken, expiresIn: ACCESS_SECONDS, user };
  }

  async function openSession(user: UserRow): Promise<shapes.Session> {
    const { token, hash } = newRefreshToken();
    await beginSession(db, { hash, userId: user.id, lifetimeSeconds: REFRESH_SECONDS });
    return await withTokens(user, token);
  }

  app.openapi(register, async (c) => {
    const { email, password, name } = c.req.valid('json');
    await limit.register(c);
    const passwordHash = await passwords.hash(password);
    const user = await createUser(db, { email, passwordHash, name: storableText(name ?? '') });
    if (user === undefined) throw new ApiError('email_taken', 'There is an account with this address.');
    return c.json(await openSession(user), 201);
  });

  app.openapi(login, async (c) => {
    const { email, password } = c.req.valid('json');
    const address = storableText(email.trim().toLowerCase());
    await limit.login(c, address);
    const found = await findCredentials(db, address);
    const matches = await passwords.matches(found?.passwordHash ?? null, password);
    if (found === undefined || !matches) {
      throw new ApiError('wrong_credentials', 'The address or the password is wrong.');
    }
    const { passwordHash: _secret, ...user } = found;
    return c.json(await openSession(user), 200);
  });

  app.openapi(guest, async (c) => {
    await limit.guest(c);
    return c.json(await openSession(await createGuest(db)), 200);
  });

  app.openapi(refresh, async (c) => {
    const { refreshToken } = c.req.valid('json');
    const next = newRefreshToken();
    const rotation = await rotateSession(db, {
      old: hashRefreshToken(refreshToken),
      next: next.hash,
      lifetimeSeconds: REFRESH_SECONDS,
    });
    if (rotation.outcome === 'reused') {
      c.get('log').warn('a refresh token was used twice: its session is ended');
      throw new ApiError('token_reused', 'This session was ended because its token was used twice.');
    }
    const user = rotation.outcome === 'rotated' ? await findUser(db, rotation.userId) : undefined;
    if (user === undefined) throw new ApiError('unauthorized', 'Log in again.');
    return c.json(await withTokens(user, next.token), 200);
  });

  app.openapi(logout, async (c) => {
    const { refreshToken } = c.req.valid('json') ?? {};
    if (refreshToken) await endSession(db, hashRefreshToken(refreshToken));
    else await endSessionsOfBearer(c);
    return c.body(null, 204);
  });

  async function endSessionsOfBearer(c: Context): Promise<void> {
    const token = c.req.header('Authorization')?.replace(/^bearer /i, '');
    const identity = token ? await tokens.verifyAccess(token) : undefined;
    if (identity) await endAllSessions(db, identity.userId);
  }

  app.use('/me', needsUser);
  app.openapi(me, async (c) => {
    const user = await findUser(db, c.get('identity').userId);
    if (user === undefined) throw new ApiError('unauthorized', 'This account is no more.');
    return c.json(user, 200);
  });

  app.use('/ticket', needsUser);
  app.openapi(ticket, async (c) =>
    c.json({ ticket: await tokens.issueTicket(c.get('identity')), expiresIn: TICKET_SECONDS }, 200),
  );

  return app;
}
