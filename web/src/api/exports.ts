/** Files that the server makes of a Work (docs/protocol.md, exports). */
import type { z } from 'zod';
import type { EXPORT_FORMATS, exportInfo } from '../../../src/protocol/exports.ts';
import type { Http } from './http.ts';

const LOOK_EVERY_MS = 400;

export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Orders a file and waits for it, for as long as the server is at it. @throws ApiError; Error in the server's words */
export async function makeExport(http: Http, workId: string, format: ExportFormat): Promise<Blob> {
  const path = `/api/works/${workId}/exports`;
  const { id } = await http.json<{ id: string }>('POST', path, { format });
  for (;;) {
    const info = await http.json<z.infer<typeof exportInfo>>('GET', `${path}/${id}`);
    if (info.state === 'failed') throw new Error(info.error);
    if (info.state === 'done') return await (await http.raw(`${path}/${id}/file`)).blob();
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
