/** What is wrong with a paper, without a model (O9, P20). */
import { createRoute } from '@hono/zod-openapi';
import { verdictsOf } from '../../db/reference-verdicts.ts';
import { listStyles, type Style, stylesFolder } from '../../exports/style.ts';
import { createPaperChecker } from '../../paper-check/check-work.ts';
import * as shapes from '../../protocol/check.ts';
import { ApiError } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { bearer, errors, json, workParams } from '../route-parts.ts';
import { createRouter, type Router } from '../router.ts';
import type { OwnPapers } from './own-papers.ts';

const look = createRoute({
  method: 'get',
  path: '/{id}/check',
  tags: ['provenance'],
  security: bearer,
  description:
    'What is wrong with a paper, found without a model, in the order of the text; at most 200 items. Honours If-None-Match.',
  request: { params: workParams, query: shapes.checkQuery },
  responses: {
    200: json(shapes.paperCheck, 'what was found'),
    304: { description: 'as it was' },
    ...errors(400, 401, 404, 413),
  },
});

export function checkRoutes({ dataDir, db, config }: ApiDependencies, papers: OwnPapers): Router {
  const app = createRouter();
  const checker = createPaperChecker(papers.tracer, papers.checkThreads, {
    online: config.literature,
    verdictsOf: (workId) => verdictsOf(db, workId),
  });

  app.openapi(look, async (c) => {
    const workId = c.req.valid('param').id;
    const { file, style } = c.req.valid('query');
    const workspace = await papers.workspaceOf(c, workId);
    const asked = { workId, file, style: style === undefined ? null : await styleOf(style) };
    const { hash, items } = await checker.check(asked, workspace, await papers.asking(c));
    const etag = `"${hash}"`;
    c.header('ETag', etag);
    c.header('Cache-Control', 'private, no-cache');
    if (c.req.header('If-None-Match')?.includes(etag)) return c.body(null, 304);
    return c.json({ items }, 200);
  });

  return app;

  async function styleOf(id: string): Promise<Style> {
    const { styles } = await listStyles(stylesFolder(dataDir));
    const style = styles.find((candidate) => candidate.id === id);
    if (style === undefined)
      throw new ApiError('bad_request', `There is no style "${id}": see /api/export-styles.`);
    return style;
  }
}
