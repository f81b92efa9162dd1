/** Where a paper's numbers come from, and what people decide about that (T1, P17). */
import { createRoute } from '@hono/zod-openapi';
import { dropDecision, keepDecision, MOST_DECISIONS } from '../../db/anchor-decisions.ts';
import { quoteOf } from '../../domain/provenance/decisions.ts';
import { uuid } from '../../protocol/messages.ts';
import * as shapes from '../../protocol/provenance.ts';
import { runsOf } from '../../provenance/runs-of-work.ts';
import { ApiError, notFound } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { bearer, body, errors, json, workParams } from '../route-parts.ts';
import { createRouter, type Router } from '../router.ts';
import type { OwnPapers } from './own-papers.ts';

const tags = ['provenance'];
const decisionParams = workParams.extend({ did: uuid.toLowerCase().meta({ description: 'of a decision' }) });

const look = createRoute({
  method: 'get',
  path: '/{id}/provenance',
  tags,
  security: bearer,
  description:
    'Which run each number and figure of a paper comes from. "traced" says that a run gave this value, never that it is correct. Honours If-None-Match.',
  request: { params: workParams, query: shapes.provenanceQuery },
  responses: {
    200: json(shapes.provenance, 'numbers in the order of the text, figures as they are shown'),
    304: { description: 'as it was' },
    ...errors(400, 401, 404, 413),
  },
});
const decide = createRoute({
  method: 'put',
  path: '/{id}/provenance/decisions/{did}',
  tags,
  security: bearer,
  description:
    'Decides about the number from `start` to `end`; the client makes the id. It stays with the number when the text elsewhere changes.',
  request: { params: decisionParams, body: body(shapes.decisionBody) },
  responses: { 204: { description: 'kept' }, ...errors(400, 401, 404, 409, 413) },
});
const takeBack = createRoute({
  method: 'delete',
  path: '/{id}/provenance/decisions/{did}',
  tags,
  security: bearer,
  request: { params: decisionParams },
  responses: { 204: { description: 'taken back' }, ...errors(401, 404) },
});

export function provenanceRoutes({ db }: ApiDependencies, papers: OwnPapers): Router {
  const app = createRouter();
  const { threads, tracer } = papers;

  app.openapi(look, async (c) => {
    const workId = c.req.valid('param').id;
    const { file } = c.req.valid('query');
    const workspace = await papers.workspaceOf(c, workId);
    const { sha256, hash, provenance } = await tracer.trace(
      { workId, file },
      workspace,
      await papers.asking(c),
    );
    const etag = `"${hash}"`;
    c.header('ETag', etag);
    c.header('Cache-Control', 'private, no-cache');
    if (c.req.header('If-None-Match')?.includes(etag)) return c.body(null, 304);
    return c.json({ file, sha256, ...provenance }, 200);
  });

  app.openapi(decide, async (c) => {
    const { id: workId, did: id } = c.req.valid('param');
    const { file, start, end, verdict, run, fact } = c.req.valid('json');
    const workspace = await papers.workspaceOf(c, workId);
    if (verdict === 'pinned') await mustBeRun(workId, run, fact);
    const source = (await workspace.read(file)).toString('utf8');
    const places = await threads.run('placesOfNumbers', [source], await papers.asking(c));
    if (!places.some((place) => place.start === start && place.end === end))
      throw new ApiError(
        'conflict',
        `No number stands from ${start} to ${end} in ${file}: fetch its provenance again, it may have changed.`,
      );
    const decision = { id, verdict, ...quoteOf(source, { start, end }), run, fact };
    if (!(await keepDecision(db, { workId, file }, decision)))
      throw new ApiError('conflict', `A Work keeps ${MOST_DECISIONS} decisions: take some back first.`);
    return c.body(null, 204);
  });

  app.openapi(takeBack, async (c) => {
    const { id: workId, did: id } = c.req.valid('param');
    await papers.workspaceOf(c, workId);
    if (!(await dropDecision(db, { workId, id }))) throw notFound('decision');
    return c.body(null, 204);
  });

  return app;

  async function mustBeRun(
    workId: string,
    number: number | undefined,
    fact: string | undefined,
  ): Promise<void> {
    if (number === undefined)
      throw new ApiError('bad_request', 'A pinned number names the `run` that it is pinned to.');
    const run = (await runsOf(db, workId)).runs.find((candidate) => candidate.number === number);
    if (run === undefined) throw new ApiError('bad_request', `This Work has no run ${number}.`);
    if (fact !== undefined && !run.facts.some(({ name }) => name === fact))
      throw new ApiError('bad_request', `Run ${number} gave nothing that is called "${fact}".`);
  }
}
