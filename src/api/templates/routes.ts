/** Templates that a Work may start from (F11). */
import { createRoute } from '@hono/zod-openapi';
import {
  changeTemplate,
  createTemplate,
  deleteTemplate,
  findTemplate,
  listTemplates,
  type TemplateRefusal,
  type TemplateShare,
} from '../../db/templates.ts';
import * as shapes from '../../protocol/templates.ts';
import { ApiError, notFound } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { bearer, body, errors, idParams, json } from '../route-parts.ts';
import { createRouter, type Router } from '../router.ts';
import { removeTemplateFile, writeTemplateFile } from './template-files.ts';
import { createTemplateMarkdown } from './template-outline.ts';

/** More than anybody needs, and few enough that a list is no page. */
const SHARE: TemplateShare = { most: 200, published: 5 };

const tags = ['templates'];
const template = json(shapes.template, 'the template');

const list = createRoute({
  method: 'get',
  path: '/',
  tags,
  security: bearer,
  responses: { 200: json(shapes.templateList, 'what ships, your own, what is public'), ...errors(401) },
});
const create = createRoute({
  method: 'post',
  path: '/',
  tags,
  security: bearer,
  request: { body: body(shapes.newTemplate) },
  responses: { 201: template, ...errors(400, 401, 403, 409, 413) },
});
const read = createRoute({
  method: 'get',
  path: '/{id}',
  tags,
  security: bearer,
  request: { params: idParams },
  responses: { 200: template, ...errors(401, 404) },
});
const outline = createRoute({
  method: 'get',
  path: '/{id}/outline',
  tags,
  security: bearer,
  request: { params: idParams },
  responses: {
    200: json(shapes.templateOutline, 'its sections in order, with what each asks for'),
    ...errors(401, 404, 413),
  },
});
const change = createRoute({
  method: 'patch',
  path: '/{id}',
  tags,
  security: bearer,
  description: 'Works that began with it keep the text that they began with.',
  request: { params: idParams, body: body(shapes.templateChange) },
  responses: { 200: template, ...errors(400, 401, 403, 404, 413) },
});
const remove = createRoute({
  method: 'delete',
  path: '/{id}',
  tags,
  security: bearer,
  request: { params: idParams },
  responses: { 204: { description: 'deleted; no Work is touched' }, ...errors(401, 404) },
});

function refused(why: TemplateRefusal): ApiError {
  switch (why) {
    case 'not_found':
      return notFound('template');
    case 'full':
      return new ApiError('conflict', `You have ${SHARE.most} templates already. Delete one to make room.`);
    case 'guest':
      return new ApiError('forbidden', 'Guests publish no templates. Create an account to publish this one.');
    case 'all_published':
      return new ApiError(
        'quota_exceeded',
        `You have published ${SHARE.published} templates, as many as one may. Take one back to publish another.`,
      );
  }
}

export function templateRoutes({ db, dataDir, log }: ApiDependencies): Router {
  const app = createRouter();
  const markdown = createTemplateMarkdown();

  /** The row is changed: whatever becomes of its file now, the next sync makes it good. */
  async function follow(work: Promise<void>, templateId: string): Promise<void> {
    await work.catch((err: unknown) => log.warn({ err, templateId }, 'a template’s file is behind its row'));
  }

  app.openapi(list, async (c) => c.json({ items: await listTemplates(db, c.get('identity').userId) }, 200));

  app.openapi(create, async (c) => {
    const ownerId = c.get('identity').userId;
    const created = await createTemplate(db, ownerId, c.req.valid('json'), SHARE);
    if (typeof created === 'string') throw refused(created);
    await follow(writeTemplateFile(db, dataDir, created.id), created.id);
    return c.json(created, 201);
  });

  app.openapi(read, async (c) => {
    const { id } = c.req.valid('param');
    const found = await findTemplate(db, { id, userId: c.get('identity').userId });
    if (found === undefined) throw notFound('template');
    return c.json(found, 200);
  });

  app.openapi(outline, async (c) => {
    const { id } = c.req.valid('param');
    const { userId } = c.get('identity');
    const found = await findTemplate(db, { id, userId });
    if (found === undefined) throw notFound('template');
    const items = await markdown.run('templateOutline', [found.content], {
      // By person alone: what a guest may read here, everybody may.
      person: { id: userId, guest: false },
      signal: c.req.raw.signal,
    });
    return c.json({ version: found.version, items }, 200);
  });

  app.openapi(change, async (c) => {
    const own = { id: c.req.valid('param').id, ownerId: c.get('identity').userId };
    const changed = await changeTemplate(db, own, c.req.valid('json'), SHARE);
    if (typeof changed === 'string') throw refused(changed);
    await follow(writeTemplateFile(db, dataDir, own.id), own.id);
    return c.json(changed, 200);
  });

  app.openapi(remove, async (c) => {
    const own = { id: c.req.valid('param').id, ownerId: c.get('identity').userId };
    if (!(await deleteTemplate(db, own))) throw notFound('template');
    await follow(removeTemplateFile(dataDir, own.id), own.id);
    return c.body(null, 204);
  });

  return app;
}
