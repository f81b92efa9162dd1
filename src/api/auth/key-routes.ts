/** Keys for a person's programs (I1, P22): made, listed and deleted by the person, never by a key. */
import { createRoute } from '@hono/zod-openapi';
import { type ApiKeyRow, addApiKey, listApiKeys, MOST_KEYS, removeApiKey } from '../../db/api-keys.ts';
import { storableText } from '../../db/storable.ts';
import * as shapes from '../../protocol/api-keys.ts';
import { ApiError, notFound } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { requirePerson, requireUser } from '../middleware/require-user.ts';
import { bearer, body, errors, idParams, json } from '../route-parts.ts';
import { createRouter, type Router } from '../router.ts';
import { newApiKey } from './tokens.ts';

const tags = ['auth'];

const make = createRoute({
  method: 'post',
  path: '/keys',
  tags,
  security: bearer,
  description:
    'A key that stands in for an access token until it is deleted. It is told here and never again.',
  request: { body: body(shapes.newApiKey) },
  responses: { 201: json(shapes.madeApiKey, 'the key'), ...errors(400, 401, 403, 413) },
});
const list = createRoute({
  method: 'get',
  path: '/keys',
  tags,
  security: bearer,
  responses: { 200: json(shapes.apiKeys, 'the newest first'), ...errors(401, 403) },
});
const remove = createRoute({
  method: 'delete',
  path: '/keys/{id}',
  tags,
  security: bearer,
  description: 'Ends a key, and the sockets and streams that it opened.',
  request: { params: idParams },
  responses: { 204: { description: 'deleted' }, ...errors(401, 403, 404) },
});

export function keyRoutes({ db, tokens }: ApiDependencies): Router {
  const app = createRouter();
  for (const path of ['/keys', '/keys/*']) app.use(path, requireUser(tokens), requirePerson);

  app.openapi(make, async (c) => {
    const { name, scopes } = c.req.valid('json');
    const { key, hash } = newApiKey();
    const { userId } = c.get('identity');
    const row = await addApiKey(db, { userId, name: storableText(name), scopes, hash, hint: key.slice(-4) });
    if (row === undefined) throw new ApiError('unauthorized', 'This account is no more.');
    if (row === 'full')
      throw new ApiError(
        'quota_exceeded',
        `There may be ${MOST_KEYS} keys. Delete one that is no longer used.`,
      );
    return c.json({ ...shown(row), key }, 201);
  });

  app.openapi(list, async (c) =>
    c.json({ items: (await listApiKeys(db, c.get('identity').userId)).map(shown) }, 200),
  );

  app.openapi(remove, async (c) => {
    const key = { id: c.req.valid('param').id, userId: c.get('identity').userId };
    if (!(await removeApiKey(db, key))) throw notFound('key');
    return c.body(null, 204);
  });

  return app;
}

function shown({ createdAt, lastUsedAt, ...row }: ApiKeyRow) {
  return { ...row, createdAt: createdAt.toISOString(), lastUsedAt: lastUsedAt?.toISOString() ?? null };
}
