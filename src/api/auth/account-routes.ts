/** The account of who asks: another password, or its end (F12). */
import { createRoute } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { findPersonBudget, setPersonBudget } from '../../db/budgets.ts';
import { noteKnownNetwork } from '../../db/known-networks.ts';
import { changePassword, deleteAccount, findPasswordHash } from '../../db/users.ts';
import * as shapes from '../../protocol/auth.ts';
import { personBudget, personBudgetShown } from '../../protocol/budgets.ts';
import { ApiError } from '../api-error.ts';
import type { ApiDependencies, ApiEnv } from '../dependencies.ts';
import { requirePerson, requireUser } from '../middleware/require-user.ts';
import { bearer, body, errors, json } from '../route-parts.ts';
import { createRouter, type Router } from '../router.ts';
import { finishDeletions } from '../works/deletion.ts';
import { clientNetwork } from './client-network.ts';
import { createSignInLimit } from './sign-in-limit.ts';

const tags = ['auth'];

const password = createRoute({
  method: 'post',
  path: '/password',
  tags,
  security: bearer,
  description: 'Changes the password and ends every session but the one that asks.',
  request: { body: body(shapes.passwordChange) },
  responses: { 204: { description: 'changed' }, ...errors(400, 401, 403, 409, 413, 429) },
});
const remove = createRoute({
  method: 'delete',
  path: '/me',
  tags,
  security: bearer,
  description: 'Deletes the account with everything that it owns. Who has no password sends none.',
  request: { body: { ...body(shapes.accountDeletion), required: false } },
  responses: { 204: { description: 'deleted' }, ...errors(400, 401, 403, 413, 429) },
});

const budget = createRoute({
  method: 'get',
  path: '/budget',
  tags,
  security: bearer,
  description: 'What the person may take over all their Works, and what they have used of it.',
  responses: { 200: json(personBudgetShown, 'the budget'), ...errors(401) },
});
const setBudget = createRoute({
  method: 'put',
  path: '/budget',
  tags,
  security: bearer,
  description: 'Sets it; null takes it away.',
  request: { body: body(personBudget.nullable()) },
  responses: { 200: json(personBudgetShown, 'the budget'), ...errors(400, 401, 403, 413) },
});

export function accountRoutes(deps: ApiDependencies): Router {
  const { db, tokens, passwords, config, log } = deps;
  const app = createRouter();
  const limit = createSignInLimit(db, config);
  const needsUser = requireUser(tokens);
  app.use('/password', needsUser, requirePerson);
  app.on('DELETE', '/me', needsUser, requirePerson);
  app.use('/budget', needsUser);
  // What bounds programs is not theirs to raise.
  app.on('PUT', '/budget', requirePerson);

  /**
   * Checks the password of who asks, and gives the hash it was checked against; null where there is none: of a guest, or who
   * signs in by the operator's provider.
   * @throws ApiError unauthorized where the account is gone, forbidden where it is wrong, rate_limited
   */
  async function checked(c: Context<ApiEnv>, given: string): Promise<string | null> {
    const found = await findPasswordHash(db, c.get('identity').userId);
    if (found === undefined) throw new ApiError('unauthorized', 'This account is no more.');
    if (found.passwordHash === null) return null;
    await limit.login(c, found.email ?? '');
    if (!(await passwords.matches(found.passwordHash, given))) throw wrongPassword();
    await noteKnownNetwork(db, c.get('identity').userId, clientNetwork(c, config.trustedProxies));
    return found.passwordHash;
  }

  app.openapi(password, async (c) => {
    const { userId, sessionId } = c.get('identity');
    const { currentPassword, newPassword } = c.req.valid('json');
    const hash = await checked(c, currentPassword);
    if (hash === null)
      throw new ApiError(
        'conflict',
        'There is no password to change: a guest and who signs in otherwise have none.',
      );
    const next = await passwords.hash(newPassword);
    const change = { userId, checked: hash, next, keepSession: sessionId };
    if (!(await changePassword(db, change))) throw wrongPassword();
    return c.body(null, 204);
  });

  app.openapi(remove, async (c) => {
    await checked(c, c.req.valid('json')?.password ?? '');
    const { userId } = c.get('identity');
    if (!(await deleteAccount(db, userId))) throw new ApiError('unauthorized', 'This account is no more.');
    finishDeletions(deps).catch((err: unknown) =>
      log.warn({ err }, 'the account’s deletion is accepted; a job will finish it'),
    );
    return c.body(null, 204);
  });

  /** @throws ApiError unauthorized where the account is gone */
  async function shownBudget(userId: string) {
    const found = await findPersonBudget(db, userId);
    if (found === undefined) throw new ApiError('unauthorized', 'This account is no more.');
    return found;
  }

  app.openapi(budget, async (c) => c.json(await shownBudget(c.get('identity').userId), 200));

  app.openapi(setBudget, async (c) => {
    const { userId } = c.get('identity');
    await setPersonBudget(db, userId, c.req.valid('json'));
    return c.json(await shownBudget(userId), 200);
  });

  return app;
}

function wrongPassword(): ApiError {
  return new ApiError('forbidden', 'The password is wrong.');
}
