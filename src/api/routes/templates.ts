/** Templates that a Work may start from (F11). */
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { findTemplate, listTemplates } from '../../db/templates.ts';
import { uuid } from '../../protocol/messages.ts';
import * as shapes from '../../protocol/templates.ts';
import { notFound } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { createRouter, type Router } from '../router.ts';
import { bearer, errors, json } from './route-parts.ts';

const tags = ['templates'];

const list = createRoute({
  method: 'get',
  path: '/',
  tags,
  security: bearer,
  responses: { 200: json(shapes.templateList, 'what ships, what is public, your own'), ...errors(401) },
});
const read = createRoute({
  method: 'get',
  path: '/{id}',
  tags,
  security: bearer,
  request: { params: z.object({ id: uuid }) },
  responses: { 200: json(shapes.template, 'the template'), ...errors(401, 404) },
});

export function templateRoutes({ db }: ApiDependencies): Router {
  const app = createRouter();

  app.openapi(list, async (c) => c.json({ items: await listTemplates(db, c.get('identity').userId) }, 200));

  app.openapi(read, async (c) => {
    const { id } = c.req.valid('param');
    const found = await findTemplate(db, { id, userId: c.get('identity').userId });
    if (found === undefined) throw notFound('template');
    return c.json(found, 200);
  });

  return app;
}
