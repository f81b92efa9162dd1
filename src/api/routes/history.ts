/** The chat history as one JSON document (F9): the file where it is current, else the same from the database. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { readSnapshot } from '../../db/snapshot.ts';
import { findExtent } from '../../db/works.ts';
import { uuid } from '../../protocol/messages.ts';
import * as shapes from '../../protocol/works.ts';
import { historyFile } from '../../workspace/history-file.ts';
import { notFound } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { createRouter, type Router } from '../router.ts';
import { bearer, errors, json } from './route-parts.ts';

const read = createRoute({
  method: 'get',
  path: '/work/{work_id}/history',
  tags: ['conversation'],
  security: bearer,
  request: { params: z.object({ work_id: uuid.toLowerCase() }) },
  responses: { 200: json(shapes.history, 'the history document'), ...errors(401, 404) },
});

export function historyRoutes({ db, dataDir }: ApiDependencies): Router {
  const app = createRouter();
  const folder = path.join(dataDir, 'chat_history');

  app.openapi(read, async (c) => {
    const workId = c.req.valid('param').work_id;
    const extent = await findExtent(db, { workId, ownerId: c.get('identity').userId });
    if (extent === undefined) throw notFound('Work');
    if (extent.historySeq === extent.lastSeq) {
      const stored = await readCurrent(historyFile(folder, workId), extent.lastSeq);
      if (stored) return c.json(stored, 200);
    }
    const snapshot = await readSnapshot(db, workId, Number.MAX_SAFE_INTEGER - 1);
    if (snapshot === undefined) throw notFound('Work');
    return c.json({ workId, version: 1 as const, seq: snapshot.seq, messages: snapshot.messages }, 200);
  });

  return app;
}

/** The document in `file` if it is there and shows `seq`; a file of ours needs no other check. */
async function readCurrent(file: string, seq: number): Promise<shapes.History | undefined> {
  try {
    const document = JSON.parse(await readFile(file, 'utf8')) as shapes.History;
    return document.seq === seq ? document : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
