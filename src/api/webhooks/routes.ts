/** A person's webhooks (I9): added, tested and taken away by the person, never by a key. */
import { randomUUID } from 'node:crypto';
import { createRoute } from '@hono/zod-openapi';
import { takeRate } from '../../db/rates.ts';
import { type DeliveryRow, listDeliveries, MOST_LISTED } from '../../db/webhook-deliveries.ts';
import {
  addWebhook,
  findWebhook,
  listWebhooks,
  MOST_WEBHOOKS,
  removeWebhook,
  replaceSecret,
  resumeWebhook,
  type WebhookRefusal,
  type WebhookRow,
} from '../../db/webhooks.ts';
import type { ErrorCode } from '../../protocol/errors.ts';
import * as shapes from '../../protocol/webhooks.ts';
import { sealSecret } from '../../secrets/sealed-secret.ts';
import { AddressRefused } from '../../webhooks/send.ts';
import { newWebhookSecret, signedMessage } from '../../webhooks/signed-message.ts';
import { ApiError, notFound, rateLimited } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { requirePerson } from '../middleware/require-user.ts';
import { openedSecret } from '../opened-secret.ts';
import { bearer, body, errors, idParams, json } from '../route-parts.ts';
import { createRouter, type Router } from '../router.ts';

const TESTS_PER_MINUTE = 20;

const REFUSALS: Record<WebhookRefusal, [ErrorCode, string]> = {
  full: ['quota_exceeded', `There may be ${MOST_WEBHOOKS} webhooks. Delete one that is no longer used.`],
  guest: ['forbidden', 'Create an account to have webhooks.'],
  gone: ['unauthorized', 'This account is no more.'],
};

const tags = ['webhooks'];

const list = createRoute({
  method: 'get',
  path: '/',
  tags,
  security: bearer,
  responses: { 200: json(shapes.webhooks, 'yours, the oldest first'), ...errors(401, 403) },
});
const add = createRoute({
  method: 'post',
  path: '/',
  tags,
  security: bearer,
  description:
    'An address that is told of what happens in your Works from now on, signed as Standard Webhooks has it.',
  request: { body: body(shapes.newWebhook) },
  responses: { 201: json(shapes.madeWebhook, 'the webhook'), ...errors(400, 401, 403, 413) },
});
const renew = createRoute({
  method: 'post',
  path: '/{id}/secret',
  tags,
  security: bearer,
  description: 'Another secret. For 24 hours the one before signs as well.',
  request: { params: idParams },
  responses: { 200: json(shapes.webhookSecret, 'the secret'), ...errors(401, 403, 404) },
});
const resume = createRoute({
  method: 'post',
  path: '/{id}/resume',
  tags,
  security: bearer,
  description: 'Switches one on again that had ended. What happened meanwhile is not told.',
  request: { params: idParams },
  responses: { 200: json(shapes.webhook, 'the webhook'), ...errors(401, 403, 404) },
});
const test = createRoute({
  method: 'post',
  path: '/{id}/test',
  tags,
  security: bearer,
  description: 'Sends a `webhook.test` now, once.',
  request: { params: idParams },
  responses: { 200: json(shapes.webhookTest, 'what came of it'), ...errors(401, 403, 404, 409, 429) },
});
const deliveries = createRoute({
  method: 'get',
  path: '/{id}/deliveries',
  tags,
  security: bearer,
  description: `The newest ${MOST_LISTED}, of a week.`,
  request: { params: idParams },
  responses: { 200: json(shapes.webhookDeliveries, 'the newest first'), ...errors(401, 403, 404) },
});
const remove = createRoute({
  method: 'delete',
  path: '/{id}',
  tags,
  security: bearer,
  request: { params: idParams },
  responses: { 204: { description: 'deleted, with what waited for it' }, ...errors(401, 403, 404) },
});

export function webhookRoutes({ db, config, webhookSender }: ApiDependencies): Router {
  const app = createRouter();
  const { encryptionKey } = config;
  app.use(requirePerson);

  app.openapi(list, async (c) =>
    c.json({ items: (await listWebhooks(db, c.get('identity').userId)).map(shown) }, 200),
  );

  app.openapi(add, async (c) => {
    const { url, events } = c.req.valid('json');
    try {
      webhookSender.mustBeAllowed(url);
    } catch (error) {
      if (!(error instanceof AddressRefused)) throw error;
      throw new ApiError('bad_request', error.message);
    }
    const own = { id: randomUUID(), ownerId: c.get('identity').userId };
    const secret = newWebhookSecret();
    const row = await addWebhook(db, {
      ...{ ...own, url, events },
      sealedSecret: sealSecret(secret, own.id, encryptionKey),
    });
    if (typeof row === 'string') throw new ApiError(...REFUSALS[row]);
    return c.json({ ...shown(row), secret }, 201);
  });

  app.openapi(renew, async (c) => {
    const own = { id: c.req.valid('param').id, ownerId: c.get('identity').userId };
    const secret = newWebhookSecret();
    if (!(await replaceSecret(db, own, sealSecret(secret, own.id, encryptionKey)))) throw notFound('webhook');
    return c.json({ secret }, 200);
  });

  app.openapi(resume, async (c) => {
    const own = { id: c.req.valid('param').id, ownerId: c.get('identity').userId };
    const row = await resumeWebhook(db, own);
    if (row === undefined) throw notFound('webhook');
    return c.json(shown(row), 200);
  });

  app.openapi(test, async (c) => {
    const own = { id: c.req.valid('param').id, ownerId: c.get('identity').userId };
    const stored = await findWebhook(db, own);
    if (stored === undefined) throw notFound('webhook');
    const wait = await takeRate(db, `webhook-tests:${own.ownerId}`, TESTS_PER_MINUTE);
    if (wait > 0) throw rateLimited(wait, 'tests');
    const message = { id: randomUUID(), type: 'webhook.test', at: new Date().toISOString(), data: {} };
    const secret = openedSecret(
      stored.sealedSecret,
      own.id,
      encryptionKey,
      'Its secret cannot be read any more: make a new one.',
    );
    const { ok, status, error } = await webhookSender.send(
      stored.url,
      signedMessage(message, [secret], Date.now()),
    );
    return c.json({ ok, status, message: error }, 200);
  });

  app.openapi(deliveries, async (c) => {
    const own = { id: c.req.valid('param').id, ownerId: c.get('identity').userId };
    if ((await findWebhook(db, own)) === undefined) throw notFound('webhook');
    return c.json({ items: (await listDeliveries(db, own)).map(shownDelivery) }, 200);
  });

  app.openapi(remove, async (c) => {
    const own = { id: c.req.valid('param').id, ownerId: c.get('identity').userId };
    if (!(await removeWebhook(db, own))) throw notFound('webhook');
    return c.body(null, 204);
  });

  return app;
}

function shown({ createdAt, failingSince, endedAt, endedWhy, ...row }: WebhookRow) {
  return {
    ...row,
    createdAt: createdAt.toISOString(),
    failingSince: failingSince?.toISOString() ?? null,
    ended: endedAt === null || endedWhy === null ? null : { at: endedAt.toISOString(), why: endedWhy },
  };
}

function shownDelivery({ at, nextAt, triedAt, ...row }: DeliveryRow) {
  return {
    ...row,
    at: at.toISOString(),
    nextAt: row.state === 'waiting' ? nextAt.toISOString() : null,
    triedAt: triedAt?.toISOString() ?? null,
  };
}
