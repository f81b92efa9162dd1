/** Accounts and sessions (F12, A1). */
import { createRoute } from '@hono/zod-openapi';
import { noteKnownNetwork } from '../../db/known-networks.ts';
import { endSession, endSessions } from '../../db/sessions.ts';
import { storableText } from '../../db/storable.ts';
import { createGuest, findCredentials, findUser } from '../../db/users.ts';
import * as shapes from '../../protocol/auth.ts';
import { ApiError } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { optionalPerson, requireUser } from '../middleware/require-user.ts';
import { bearer, body, errors, json } from '../route-parts.ts';
import { createRouter, type Router } from '../router.ts';
import { clientNetwork } from './client-network.ts';
import { admitted, refuseClosed, registered } from './new-account.ts';
import { continueSession, openSession } from './sessions.ts';
import { createSignInLimit } from './sign-in-limit.ts';
import { hashOf, REFRESH_SECONDS, TICKET_SECONDS } from './tokens.ts';

const NO_GUESTS = 'This server takes no guests. Sign in with an account.';

const SECONDS_A_DAY = 86_400;

const tags = ['auth'];
const session = json(shapes.session, 'tokens, and whose they are');

const options = createRoute({
  method: 'get',
  path: '/options',
  tags,
  description: 'For the page before anybody is signed in.',
  responses: { 200: json(shapes.authOptions, 'who may come in, and how') },
});
const register = createRoute({
  method: 'post',
  path: '/register',
  tags,
  description: 'With a guest’s access token that guest becomes the account, and keeps their Works.',
  request: { body: body(shapes.registration) },
  responses: { 201: session, ...errors(400, 401, 403, 409, 413, 429) },
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
  responses: { 200: session, ...errors(403, 429) },
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
  responses: { 204: { description: 'logged out' }, ...errors(400, 403, 413) },
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

/** While somebody can still be a guest, what they have is kept (deleteLeftGuests). */
function guestDays(retentionDays: number): number {
  return retentionDays === 0 ? 0 : Math.max(retentionDays, REFRESH_SECONDS / SECONDS_A_DAY);
}

export function authRoutes(deps: ApiDependencies): Router {
  const { db, tokens, passwords, config } = deps;
  const app = createRouter();
  const limit = createSignInLimit(db, config);
  const needsUser = requireUser(tokens);

  app.openapi(options, (c) => {
    const { name, registration } = config.provider ?? {};
    const provider = name === undefined || registration === undefined ? null : { name, registration };
    return c.json({ ...config.admission, guestDays: guestDays(config.guestRetentionDays), provider }, 200);
  });

  app.openapi(register, async (c) => {
    const { email, password, name, invitation } = c.req.valid('json');
    await limit.register(c);
    const { registration } = config.admission;
    refuseClosed(registration);
    const by = await optionalPerson(c, tokens);
    const account = { email, passwordHash: await passwords.hash(password), name: storableText(name ?? '') };
    const user = await admitted(db, { registration, invitation }, (held) => registered(held, account, by));
    await noteKnownNetwork(db, user.id, clientNetwork(c, config.trustedProxies));
    return c.json(await openSession(deps, user), 201);
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
    await noteKnownNetwork(db, user.id, clientNetwork(c, config.trustedProxies));
    return c.json(await openSession(deps, user), 200);
  });

  app.openapi(guest, async (c) => {
    await limit.guest(c);
    if (!config.admission.guests) throw new ApiError('forbidden', NO_GUESTS);
    const network = clientNetwork(c, config.trustedProxies);
    return c.json(await openSession(deps, await createGuest(db, network)), 200);
  });

  app.openapi(refresh, async (c) => {
    const { refreshToken } = c.req.valid('json');
    return c.json(await continueSession({ db, tokens, log: c.get('log') }, refreshToken), 200);
  });

  app.openapi(logout, async (c) => {
    const { refreshToken } = c.req.valid('json') ?? {};
    if (refreshToken) {
      await endSession(db, hashOf(refreshToken));
    } else {
      const token = c.req.header('Authorization')?.replace(/^bearer /i, '');
      const identity = token ? await tokens.verifyAccess(token) : undefined;
      if (identity?.scopes !== undefined) throw new ApiError('forbidden', 'A key is ended by deleting it.');
      if (identity) await endSessions(db, identity.userId);
    }
    return c.body(null, 204);
  });

  app.use('/me', needsUser);
  app.openapi(me, async (c) => {
    const user = await findUser(db, c.get('identity').userId);
    if (user === undefined) throw new ApiError('unauthorized', 'This account is no more.');
    return c.json(user, 200);
  });

  app.use('/ticket', requireUser(tokens, 'read'));
  app.openapi(ticket, async (c) =>
    c.json({ ticket: await tokens.issueTicket(c.get('identity')), expiresIn: TICKET_SECONDS }, 200),
  );

  return app;
}
