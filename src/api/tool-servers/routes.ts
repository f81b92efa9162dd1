/** Servers whose tools a person connects (I6): added, looked at again and taken away by the person, never by a key. */
import { randomUUID } from 'node:crypto';
import { createRoute } from '@hono/zod-openapi';
import { listOperatorServers, type OperatorServerRow } from '../../db/operator-tool-servers.ts';
import { takeRate } from '../../db/rates.ts';
import {
  addToolServer,
  changeToolServer,
  findToolServer,
  listToolServers,
  MOST_TOOL_SERVERS,
  removeToolServer,
  type ToolServerRefusal,
  type ToolServerRow,
} from '../../db/tool-servers.ts';
import { findUser } from '../../db/users.ts';
import { offeredOf } from '../../domain/offered-tools.ts';
import type { ErrorCode } from '../../protocol/errors.ts';
import * as shapes from '../../protocol/tool-servers.ts';
import { sealSecret } from '../../secrets/sealed-secret.ts';
import type { ToolServer } from '../../tool-servers/connection.ts';
import { ToolServerError } from '../../tool-servers/server-error.ts';
import { ApiError, notFound, rateLimited } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { requirePerson } from '../middleware/require-user.ts';
import { openedSecret } from '../opened-secret.ts';
import { bearer, body, errors, idParams, json } from '../route-parts.ts';
import { createRouter, type Router } from '../router.ts';

/** Each asks a stranger's server some questions. */
const LOOKS_PER_MINUTE = 20;

const REFUSALS: Record<ToolServerRefusal, [ErrorCode, string]> = {
  full: [
    'quota_exceeded',
    `There may be ${MOST_TOOL_SERVERS} servers. Take one away that is no longer used.`,
  ],
  guest: ['forbidden', 'Create an account to connect servers.'],
  gone: ['unauthorized', 'This account is no more.'],
  taken: ['conflict', 'There is a server of this name, of yours or of the operator’s: choose another.'],
};

const tags = ['tool servers'];
const one = json(shapes.toolServer, 'the server, without its token');

const list = createRoute({
  method: 'get',
  path: '/',
  tags,
  security: bearer,
  responses: {
    200: json(shapes.toolServers, 'yours, the oldest first, and the operator’s'),
    ...errors(401, 403),
  },
});
const add = createRoute({
  method: 'post',
  path: '/',
  tags,
  security: bearer,
  description:
    'Connects an MCP server: what it offers now is what your Works may call from their next turn on.',
  request: { body: body(shapes.newToolServer) },
  responses: { 201: one, ...errors(400, 401, 403, 409, 413, 429) },
});
const refresh = createRoute({
  method: 'post',
  path: '/{id}/refresh',
  tags,
  security: bearer,
  description:
    'Looks again at what it offers. Until then what it says anew of its tools is told to no model.',
  request: { params: idParams },
  responses: { 200: one, ...errors(400, 401, 403, 404, 409, 429) },
});
const change = createRoute({
  method: 'patch',
  path: '/{id}',
  tags,
  security: bearer,
  request: { params: idParams, body: body(shapes.toolServerChange) },
  responses: { 200: one, ...errors(400, 401, 403, 404, 413) },
});
const remove = createRoute({
  method: 'delete',
  path: '/{id}',
  tags,
  security: bearer,
  request: { params: idParams },
  responses: { 204: { description: 'taken away, in turns that run too' }, ...errors(401, 403, 404) },
});

export function toolServerRoutes({ db, config, toolServers }: ApiDependencies): Router {
  const app = createRouter();
  const { encryptionKey } = config;
  app.use(requirePerson);

  /** What it offers. @throws ApiError where it cannot be asked, or was asked too often */
  async function lookAt(ownerId: string, name: string, server: ToolServer) {
    const wait = await takeRate(db, `tool-servers:${ownerId}`, LOOKS_PER_MINUTE);
    if (wait > 0) throw rateLimited(wait, 'looks at servers');
    try {
      toolServers.mustBeAllowed(server.url);
      return offeredOf(name, await toolServers.list(server));
    } catch (error) {
      if (!(error instanceof ToolServerError)) throw error;
      throw new ApiError('bad_request', error.message);
    }
  }

  app.openapi(list, async (c) => {
    const { userId } = c.get('identity');
    const [own, operators, person] = await Promise.all([
      listToolServers(db, userId),
      listOperatorServers(db),
      findUser(db, userId),
    ]);
    const theirs = operators.filter(({ guests }) => guests || person?.guest === false);
    return c.json({ items: own.map(shown), operator: theirs.map(shownOperator) }, 200);
  });

  app.openapi(add, async (c) => {
    const { name, url, token = '' } = c.req.valid('json');
    const own = { id: randomUUID(), ownerId: c.get('identity').userId };
    // A guest, who costs nothing to make, has nobody asked.
    if ((await findUser(db, own.ownerId))?.guest !== false) throw new ApiError(...REFUSALS.guest);
    const found = await lookAt(own.ownerId, name, { url, token });
    const sealedToken = token === '' ? null : sealSecret(token, own.id, encryptionKey);
    const row = await addToolServer(db, { ...own, name, url, sealedToken, ...found });
    if (typeof row === 'string') throw new ApiError(...REFUSALS[row]);
    return c.json(shown(row), 201);
  });

  app.openapi(refresh, async (c) => {
    const own = { id: c.req.valid('param').id, ownerId: c.get('identity').userId };
    const stored = await findToolServer(db, own);
    if (stored === undefined) throw notFound('server');
    const token = tokenOf(stored, encryptionKey);
    const found = await lookAt(own.ownerId, stored.name, { url: stored.url, token });
    const row = await changeToolServer(db, own, { found });
    if (row === undefined) throw notFound('server');
    return c.json(shown(row), 200);
  });

  app.openapi(change, async (c) => {
    const own = { id: c.req.valid('param').id, ownerId: c.get('identity').userId };
    const { blocked, asked } = c.req.valid('json');
    if (blocked === undefined && asked === undefined)
      throw new ApiError('bad_request', 'Say which tools are blocked, or which are asked about.');
    const once = (names: string[] | undefined) => (names === undefined ? undefined : [...new Set(names)]);
    const row = await changeToolServer(db, own, { blocked: once(blocked), asked: once(asked) });
    if (row === undefined) throw notFound('server');
    return c.json(shown(row), 200);
  });

  app.openapi(remove, async (c) => {
    const own = { id: c.req.valid('param').id, ownerId: c.get('identity').userId };
    if (!(await removeToolServer(db, own))) throw notFound('server');
    return c.body(null, 204);
  });

  return app;
}

function tokenOf({ id, sealedToken }: ToolServerRow, key: Buffer): string {
  if (sealedToken === null) return '';
  return openedSecret(sealedToken, id, key, 'Its token cannot be read any more: add the server again.');
}

function shown({ id, name, url, sealedToken, tools, leftOut, blocked, asked, lookedAt }: ToolServerRow) {
  return {
    ...{ id, name, url, leftOut },
    hasToken: sealedToken !== null,
    lookedAt: lookedAt.toISOString(),
    tools: tools.map(({ tool, description, repeatable }) => ({
      ...{ tool, description, repeatable },
      blocked: blocked.includes(tool),
      asked: asked.includes(tool),
    })),
  };
}

function shownOperator({ name, tools, leftOut, asked, lookedAt }: OperatorServerRow) {
  return {
    ...{ name, leftOut },
    lookedAt: lookedAt.toISOString(),
    tools: tools.map(({ tool, description, repeatable }) => ({
      ...{ tool, description, repeatable },
      asked: asked.includes(tool),
    })),
  };
}
