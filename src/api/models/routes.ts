/** Models that people set up for themselves (F13). */
import { randomUUID } from 'node:crypto';
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { readLearned } from '../../db/learned-facts.ts';
import {
  changeModel,
  createModel,
  deleteModel,
  findModel,
  listModels,
  type ModelRefusal,
} from '../../db/models.ts';
import { takeRate } from '../../db/rates.ts';
import { findUser } from '../../db/users.ts';
import { findLimits } from '../../llm/limits/find-limits.ts';
import { tableDate } from '../../llm/limits/model-table.ts';
import { endpointOf, windowOf } from '../../llm/own-model.ts';
import { tryModel } from '../../llm/try-model.ts';
import type { ErrorCode } from '../../protocol/errors.ts';
import { uuid } from '../../protocol/messages.ts';
import * as shapes from '../../protocol/models.ts';
import { ApiError, notFound, rateLimited } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { bearer, body, errors, idParams, json } from '../route-parts.ts';
import { createRouter, type Router } from '../router.ts';
import { changeOf, keptAccess, settingsOf, viewOf } from './model-settings.ts';

/** More than anybody needs, and few enough that a list is no page. */
const MOST_MODELS = 100;
const TESTS_PER_MINUTE = 20;
/** A test's calls together, and its first word. */
const TEST_LIMITS = { timeoutMs: 45_000, firstTokenMs: 20_000 };
/** Each asks a server a handful of small questions. */
const LOOKS_PER_MINUTE = 30;

const REFUSALS: Record<ModelRefusal, [ErrorCode, string]> = {
  full: ['conflict', `You have ${MOST_MODELS} models already. Remove one to make room.`],
  guest: [
    'forbidden',
    'On this server guests use its model. Create an account to connect one of your own (or, as its operator, set GUEST_MODELS=on).',
  ],
  gone: ['unauthorized', 'This account is no more.'],
};

const tags = ['models'];
const model = json(shapes.model, 'the model, without its key');
/** The server's own model has no row, and so no id. */
const anyModel = z.object({ id: uuid.toLowerCase().or(z.literal('server')) });

const list = createRoute({
  method: 'get',
  path: '/',
  tags,
  security: bearer,
  responses: { 200: json(shapes.modelList, 'yours, oldest first, without their keys'), ...errors(401) },
});
const create = createRoute({
  method: 'post',
  path: '/',
  tags,
  security: bearer,
  request: { body: body(shapes.newModel) },
  responses: { 201: model, ...errors(400, 401, 403, 409, 413) },
});
const change = createRoute({
  method: 'patch',
  path: '/{id}',
  tags,
  security: bearer,
  description: 'An address on another server takes the key away, unless one comes with it.',
  request: { params: idParams, body: body(shapes.modelChange) },
  responses: { 200: model, ...errors(400, 401, 404, 413) },
});
const remove = createRoute({
  method: 'delete',
  path: '/{id}',
  tags,
  security: bearer,
  request: { params: idParams },
  responses: { 204: { description: 'deleted; Works that chose it have the default' }, ...errors(401, 404) },
});
const learned = createRoute({
  method: 'get',
  path: '/{id}/learned',
  tags,
  security: bearer,
  description: 'Of a model of yours, or of the server’s own, whose id is `server`.',
  request: { params: anyModel },
  responses: {
    200: json(shapes.learnedList, 'what its server has refused, newest first'),
    ...errors(401, 403, 404),
  },
});
const forget = createRoute({
  method: 'delete',
  path: '/{id}/learned',
  tags,
  security: bearer,
  description: 'Forgets it: the next request is made as if it were the first. Other settings do the same.',
  request: { params: anyModel },
  responses: { 204: { description: 'forgotten' }, ...errors(401, 403, 404) },
});
const limits = createRoute({
  method: 'post',
  path: '/limits',
  tags,
  security: bearer,
  description:
    'What a model takes, gives and costs, each with where the figure comes from; its server is asked for it. With an ' +
    "id and no key, that model's key is used, on its own server alone.",
  request: { body: body(shapes.limitsQuestion) },
  responses: {
    200: json(shapes.modelLimits, 'as far as it can be found out'),
    ...errors(400, 401, 403, 404, 413, 429),
  },
});
const test = createRoute({
  method: 'post',
  path: '/{id}/test',
  tags,
  security: bearer,
  request: { params: idParams },
  responses: {
    200: json(shapes.modelTest, 'whether it answers one tiny call'),
    ...errors(401, 404, 429),
  },
});

export function modelRoutes({ db, config, modelConnection }: ApiDependencies): Router {
  const app = createRouter();
  const secret = config.encryptionKey;

  app.openapi(list, async (c) => {
    const models = await listModels(db, c.get('identity').userId);
    return c.json({ items: models.map(viewOf) }, 200);
  });

  app.openapi(create, async (c) => {
    const ownerId = c.get('identity').userId;
    const id = randomUUID();
    const settings = settingsOf(id, c.req.valid('json'), secret);
    const share = { most: MOST_MODELS, guests: config.admission.guestModels };
    const created = await createModel(db, { id, ownerId, ...settings }, share);
    if (typeof created === 'string') throw new ApiError(...REFUSALS[created]);
    return c.json(viewOf(created), 201);
  });

  app.openapi(change, async (c) => {
    const own = { id: c.req.valid('param').id, ownerId: c.get('identity').userId };
    const stored = await findModel(db, own);
    if (stored === undefined) throw notFound('model');
    const changed = await changeModel(db, own, changeOf(stored, c.req.valid('json'), secret));
    if (changed === undefined) throw notFound('model');
    return c.json(viewOf(changed), 200);
  });

  app.openapi(remove, async (c) => {
    const own = { id: c.req.valid('param').id, ownerId: c.get('identity').userId };
    if (!(await deleteModel(db, own))) throw notFound('model');
    return c.body(null, 204);
  });

  /**
   * The server's own model is everybody's who may name models; to forget what was learned of it costs a refused call.
   * @throws ApiError not_found, also for another's
   */
  async function learnedOf(ownerId: string, id: string) {
    if (id !== 'server') {
      const own = await findModel(db, { id, ownerId });
      if (own === undefined) throw notFound('model');
      return own;
    }
    await mustBeAllowedModels(ownerId);
    return config.serverModel;
  }

  /** @throws ApiError for a guest where guests have the server's model alone */
  async function mustBeAllowedModels(ownerId: string): Promise<void> {
    const person = await findUser(db, ownerId);
    if (person === undefined) throw new ApiError(...REFUSALS.gone);
    if (person.guest && !config.admission.guestModels) throw new ApiError(...REFUSALS.guest);
  }

  app.openapi(learned, async (c) => {
    const of = await learnedOf(c.get('identity').userId, c.req.valid('param').id);
    return c.json({ items: await readLearned(db, of) }, 200);
  });

  app.openapi(forget, async (c) => {
    await modelConnection.learning.forget(await learnedOf(c.get('identity').userId, c.req.valid('param').id));
    return c.body(null, 204);
  });

  app.openapi(limits, async (c) => {
    const ownerId = c.get('identity').userId;
    await mustBeAllowedModels(ownerId);
    const { id, baseUrl, model: name, apiKey } = c.req.valid('json');
    const stored = id === undefined ? undefined : await findModel(db, { id, ownerId });
    if (id !== undefined && stored === undefined) throw notFound('model');
    const wait = await takeRate(db, `model-limits:${ownerId}`, LOOKS_PER_MINUTE);
    if (wait > 0) throw rateLimited(wait, 'looks at models');
    const endpoint = {
      ...{ baseUrl, model: name, ...windowOf(null) },
      ...(id === undefined ? {} : { id }),
      ...keptAccess(stored, baseUrl, secret),
      ...(apiKey == null ? {} : { apiKey }),
    };
    return c.json({ ...(await findLimits(endpoint, modelConnection)), tableDate: tableDate() }, 200);
  });

  app.openapi(test, async (c) => {
    const own = { id: c.req.valid('param').id, ownerId: c.get('identity').userId };
    const stored = await findModel(db, own);
    if (stored === undefined) throw notFound('model');
    const wait = await takeRate(db, `model-tests:${own.ownerId}`, TESTS_PER_MINUTE);
    if (wait > 0) throw rateLimited(wait, 'tests');
    const trial = await tryModel(() => endpointOf(stored, secret), modelConnection, TEST_LIMITS);
    if (trial.ok) return c.json(trial, 200);
    const { code, message, detail } = trial;
    c.get('log').info({ modelId: stored.id, code, detail }, 'a model did not pass its test');
    return c.json({ ok: false as const, code, message }, 200);
  });

  return app;
}
