/** The chat history as one JSON document (F9): the file where it is current, else the same from the database. */
import { open } from 'node:fs/promises';
import path from 'node:path';
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { readSnapshot } from '../../db/snapshot.ts';
import { findExtent } from '../../db/works.ts';
import { uuid } from '../../protocol/messages.ts';
import * as shapes from '../../protocol/works.ts';
import { unlessMissing } from '../../system-error.ts';
import { historyFile } from '../../workspace/history-file.ts';
import { notFound } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { bearer, errors, json } from '../route-parts.ts';
import { createRouter, type Router } from '../router.ts';
import { streamBody } from '../stream-body.ts';

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
      const stored = await openCurrent(historyFile(folder, workId), extent.lastSeq);
      // As it is: a long conversation is neither parsed nor written anew for each reader. What is a stream to the
      // compiler was such a document when it was written.
      if (stored !== undefined) {
        const headers = { 'Content-Type': 'application/json', 'Content-Length': String(stored.size) };
        return c.body(stored.stream, 200, headers) as never;
      }
    }
    const snapshot = await readSnapshot(db, workId, Number.MAX_SAFE_INTEGER - 1);
    if (snapshot === undefined) throw notFound('Work');
    return c.json({ workId, version: 1 as const, seq: snapshot.seq, messages: snapshot.messages }, 200);
  });

  return app;
}

/** How a document begins, up to its messages. */
const BEGINNING = /^\{"workId":"[0-9a-f-]{36}","version":1,"seq":(\d+),"messages":\[/;

/** What of a file tells whether it begins so. */
const BEGINNING_BYTES = 200;

/** The document in `file` if it is there and shows `seq`; a file of ours, whole by its rename, needs no other check. */
async function openCurrent(
  file: string,
  seq: number,
): Promise<{ size: number; stream: ReadableStream } | undefined> {
  const handle = await unlessMissing(open(file));
  if (handle === undefined) return undefined;
  let sent = false;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(BEGINNING_BYTES), 0, BEGINNING_BYTES, 0);
    const shown = BEGINNING.exec(buffer.toString('latin1', 0, bytesRead))?.[1];
    if (Number(shown) !== seq) return undefined;
    const { size } = await handle.stat();
    sent = true;
    // What is open is this document to its end, whatever is renamed over it meanwhile.
    return { size, stream: streamBody(handle.createReadStream({ start: 0 })) };
  } finally {
    if (!sent) await handle.close();
  }
}
