/** A Work's runs made again (P19): ordered, looked after, stopped. */
import { randomUUID } from 'node:crypto';
import { createRoute } from '@hono/zod-openapi';
import {
  dropVerification,
  findVerification,
  orderVerification,
  type VerificationRow,
} from '../../db/verifications.ts';
import { isReproduced } from '../../domain/verification/types.ts';
import { uuid } from '../../protocol/messages.ts';
import * as shapes from '../../protocol/verify.ts';
import { startVerification } from '../../temporal/verify-client.ts';
import { ApiError, notFound } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { bearer, body, errors, json, workParams } from '../route-parts.ts';
import { createRouter, type Router } from '../router.ts';

const tags = ['verify'];
const params = workParams.extend({ vid: uuid.toLowerCase().meta({ description: 'of a verification' }) });

const order = createRoute({
  method: 'post',
  path: '/{id}/verify',
  tags,
  security: bearer,
  description:
    'Has the runs that the paper rests on made again, and compares what they give. One of a person at a time; what came ' +
    'of the last ten is kept.',
  request: { params: workParams, body: body(shapes.verifyOrder) },
  responses: { 202: json(shapes.verifyAccepted, 'it is being done'), ...errors(400, 401, 404, 413, 429) },
});
const look = createRoute({
  method: 'get',
  path: '/{id}/verify/{vid}',
  tags,
  security: bearer,
  request: { params },
  responses: { 200: json(shapes.verifyInfo, 'how it stands'), ...errors(401, 404) },
});
const drop = createRoute({
  method: 'delete',
  path: '/{id}/verify/{vid}',
  tags,
  security: bearer,
  description: 'Stops it while it is under way; forgets it where it has ended.',
  request: { params },
  responses: { 204: { description: 'stopped, or gone' }, ...errors(401, 404) },
});

export function verifyRoutes({ db, temporal }: ApiDependencies): Router {
  const app = createRouter();

  app.openapi(order, async (c) => {
    const id = randomUUID();
    const workId = c.req.valid('param').id;
    const ownerId = c.get('identity').userId;
    const { mode } = c.req.valid('json');
    const taken = await orderVerification(db, { id, workId, ownerId, mode, isStarted: true });
    if (taken === 'missing') throw notFound('Work');
    if (taken === 'too_many')
      throw new ApiError(
        'rate_limited',
        'Runs of yours are being made again already: wait for that, or stop it.',
      );
    await startVerification(temporal, id).catch((err: unknown) => {
      c.get('log').warn(
        { err, workId, verificationId: id },
        'the workflow of a verification is started later',
      );
    });
    return c.json({ id }, 202);
  });

  app.openapi(look, async (c) => {
    const { id: workId, vid: id } = c.req.valid('param');
    const row = await findVerification(db, { id, workId, ownerId: c.get('identity').userId });
    if (row === undefined) throw notFound('verification');
    return c.json(shown(row), 200);
  });

  app.openapi(drop, async (c) => {
    const { id: workId, vid: id } = c.req.valid('param');
    const gone = await dropVerification(db, { id, workId, ownerId: c.get('identity').userId });
    if (gone === null) throw notFound('verification');
    return c.body(null, 204);
  });

  return app;
}

function shown({ id, mode, state, step, runs, report, error }: VerificationRow) {
  return {
    ...{ id, mode, state: state === 'queued' ? ('running' as const) : state },
    ...(step === null ? {} : { step }),
    runs: runs.map(({ facts: _facts, ...run }) => run),
    figures: report?.figures ?? [],
    numbers: report?.numbers ?? [],
    ...(report === null ? {} : { reproduced: isReproduced(report) }),
    ...(error === null ? {} : { error }),
  };
}
