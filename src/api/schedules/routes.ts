/** Schedules of a Work: made, changed, paused, deleted, and what came of their times (H7). */
import { randomUUID } from 'node:crypto';
import { createRoute } from '@hono/zod-openapi';
import {
  addSchedule,
  changeSchedule,
  deleteSchedule,
  listRuns,
  listSchedules,
  type ScheduleRefusal,
  type ScheduleRow,
} from '../../db/schedules.ts';
import { findExtent } from '../../db/works.ts';
import { timesOf } from '../../domain/schedules/schedule.ts';
import { uuid } from '../../protocol/messages.ts';
import * as shapes from '../../protocol/schedules.ts';
import { ApiError, notFound } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { bearer, body, errors, json, workParams } from '../route-parts.ts';
import { createRouter, type Router } from '../router.ts';

/** Times that are shown of each. */
const SHOWN_TIMES = 5;

const tags = ['schedules'];
const one = json(shapes.schedule, 'the schedule');
const scheduleParams = workParams.extend({
  sid: uuid.toLowerCase().meta({ param: { name: 'sid', in: 'path' }, description: 'of a schedule' }),
});

const list = createRoute({
  method: 'get',
  path: '/{id}/schedules',
  tags,
  security: bearer,
  request: { params: workParams },
  responses: { 200: json(shapes.schedules, 'the oldest first'), ...errors(401, 404) },
});
const add = createRoute({
  method: 'post',
  path: '/{id}/schedules',
  tags,
  security: bearer,
  description: 'Has a message sent to the Work at these times, as if its person sent it.',
  request: { params: workParams, body: body(shapes.newSchedule) },
  responses: { 201: one, ...errors(400, 401, 403, 404, 413) },
});
const change = createRoute({
  method: 'patch',
  path: '/{id}/schedules/{sid}',
  tags,
  security: bearer,
  description: 'Changes it from now on, pauses it, or lets it go on.',
  request: { params: scheduleParams, body: body(shapes.scheduleChange) },
  responses: { 200: one, ...errors(400, 401, 404, 413) },
});
const remove = createRoute({
  method: 'delete',
  path: '/{id}/schedules/{sid}',
  tags,
  security: bearer,
  request: { params: scheduleParams },
  responses: { 204: { description: 'deleted; a turn that it began goes on' }, ...errors(401, 404) },
});
const runs = createRoute({
  method: 'get',
  path: '/{id}/schedules/{sid}/runs',
  tags,
  security: bearer,
  description: 'What came of its times: the newest 50.',
  request: { params: scheduleParams },
  responses: { 200: json(shapes.scheduleRuns, 'the newest first'), ...errors(401, 404) },
});

export function scheduleRoutes({ db, config }: ApiDependencies): Router {
  const app = createRouter();

  app.openapi(list, async (c) => {
    const own = { workId: c.req.valid('param').id, ownerId: c.get('identity').userId };
    if ((await findExtent(db, own)) === undefined) throw notFound('Work');
    return c.json({ items: (await listSchedules(db, own)).map(shown) }, 200);
  });

  app.openapi(add, async (c) => {
    const own = { workId: c.req.valid('param').id, ownerId: c.get('identity').userId };
    const wish = { id: randomUUID(), ...c.req.valid('json') };
    const added = await addSchedule(db, own, wish, config.quotas);
    if (typeof added === 'string') throw refusal(added);
    return c.json(shown(added), 201);
  });

  app.openapi(change, async (c) => {
    const { id: workId, sid: id } = c.req.valid('param');
    const own = { workId, id, ownerId: c.get('identity').userId };
    const changed = await changeSchedule(db, own, c.req.valid('json'));
    if (changed === undefined) throw notFound('schedule');
    return c.json(shown(changed), 200);
  });

  app.openapi(remove, async (c) => {
    const { id: workId, sid: id } = c.req.valid('param');
    if (!(await deleteSchedule(db, { workId, id, ownerId: c.get('identity').userId })))
      throw notFound('schedule');
    return c.body(null, 204);
  });

  app.openapi(runs, async (c) => {
    const { id: workId, sid: id } = c.req.valid('param');
    const found = await listRuns(db, { workId, id, ownerId: c.get('identity').userId });
    if (found === undefined) throw notFound('schedule');
    return c.json({ items: found }, 200);
  });

  return app;
}

function refusal(why: ScheduleRefusal): ApiError {
  switch (why) {
    case 'not_found':
      return notFound('Work');
    case 'guest':
      return new ApiError('forbidden', 'Create an account to have schedules.');
    case 'full':
      return new ApiError(
        'quota_exceeded',
        'You have as many schedules as you may have. Delete one to make room.',
      );
  }
}

function shown({ createdAt, ...row }: ScheduleRow) {
  const next = row.paused ? [] : timesOf(row, Date.now(), SHOWN_TIMES);
  return {
    ...row,
    createdAt: createdAt.toISOString(),
    next: next.map((time) => new Date(time).toISOString()),
  };
}
