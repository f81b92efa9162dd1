/** A Work's references, what is known of each, and having them looked up (O6). */
import { createRoute } from '@hono/zod-openapi';
import { verdictsOf } from '../../db/reference-verdicts.ts';
import { BIBLIOGRAPHY, BIBLIOGRAPHY_BYTES } from '../../paper-check/check-work.ts';
import * as shapes from '../../protocol/references.ts';
import { isLookingUp, startLookUp } from '../../temporal/look-up-client.ts';
import { WorkspaceError } from '../../workspace/workspace-error.ts';
import { ApiError } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { bearer, errors, json, workParams } from '../route-parts.ts';
import { createRouter, type Router } from '../router.ts';
import type { OwnPapers } from './own-papers.ts';

const tags = ['provenance'];
const ANSWER_MS = 2_000;

const look = createRoute({
  method: 'get',
  path: '/{id}/references',
  tags,
  security: bearer,
  description:
    'The works of references.bib in its order, each with what the sources on the internet were found to say of it.',
  request: { params: workParams },
  responses: { 200: json(shapes.references, 'what is known'), ...errors(400, 401, 404) },
});
const order = createRoute({
  method: 'post',
  path: '/{id}/references/lookups',
  tags,
  security: bearer,
  description:
    'Has those looked up that have no verdict, or none that holds any more. Where that is being done already, nothing more happens.',
  request: { params: workParams },
  responses: { 202: json(shapes.lookUpAccepted, 'it is being done'), ...errors(400, 401, 404, 409, 503) },
});

export function referenceRoutes({ db, temporal, config }: ApiDependencies, papers: OwnPapers): Router {
  const app = createRouter();
  const online = config.literature;

  app.openapi(look, async (c) => {
    const workId = c.req.valid('param').id;
    const workspace = await papers.workspaceOf(c, workId);
    const source = await workspace
      .read(BIBLIOGRAPHY, { maxBytes: BIBLIOGRAPHY_BYTES })
      .catch((error: unknown) => {
        if (error instanceof WorkspaceError) return Buffer.alloc(0);
        throw error;
      });
    const verdicts = await verdictsOf(db, workId);
    const kept = verdicts.map(({ fingerprint, verdict }) => [fingerprint, verdict] as const);
    const job = [source.toString('utf8'), kept] as const;
    const listed = await papers.checkThreads.run('listReferences', [...job], await papers.asking(c));
    const running =
      online &&
      (await isLookingUp(temporal, workId, ANSWER_MS).catch((err: unknown) => {
        c.get('log').warn({ err, workId }, 'whether references are looked up is not known');
        return false;
      }));
    return c.json({ online, running, ...listed }, 200);
  });

  app.openapi(order, async (c) => {
    const workId = c.req.valid('param').id;
    await papers.workspaceOf(c, workId);
    if (!online)
      throw new ApiError(
        'conflict',
        'Works are not looked up on this server: its operator can allow it by LITERATURE.',
      );
    await startLookUp(temporal, workId).catch((err: unknown) => {
      c.get('log').warn({ err, workId }, 'references could not be looked up');
      throw new ApiError('unavailable', 'Temporal does not answer at present.', { retryAfter: 1 });
    });
    return c.json({ running: true as const }, 202);
  });

  return app;
}
