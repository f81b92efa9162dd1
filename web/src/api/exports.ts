/** Files that the server makes of a Work (docs/protocol.md, exports). */
import type { z } from 'zod';
import type { EXPORT_FORMATS, exportInfo, exportStyles } from '../../../src/protocol/exports.ts';
import { ApiError } from './api-error.ts';
import type { Http } from './http.ts';

const LOOK_EVERY_MS = 400;

export type ExportFormat = (typeof EXPORT_FORMATS)[number];
export type ExportInfo = z.infer<typeof exportInfo>;
export type ExportStyles = z.infer<typeof exportStyles>;

export interface ExportOptions {
  /** Of the paper; absent: the server's usual one. */
  style?: string;
  /** A document of the paper ends with the sources of its numbers. */
  sources?: boolean;
  /** Each time the server says how it stands. */
  onLook?: (info: ExportInfo) => void;
  /** Stops it, at the server too. */
  signal?: AbortSignal;
}

export interface MadeExport {
  blob: Blob;
  problems: ExportInfo['problems'];
}

/**
 * Orders a file and waits for it, for as long as the server is at it.
 * @throws ApiError; Error in the server's words; the signal's reason
 */
export async function makeExport(
  http: Http,
  workId: string,
  format: ExportFormat,
  { style, sources = false, onLook, signal }: ExportOptions = {},
): Promise<MadeExport> {
  const path = `/api/works/${workId}/exports`;
  const { id } = await http.json<{ id: string }>('POST', path, {
    format,
    ...(style === undefined ? {} : { style }),
    ...(sources ? { sources } : {}),
  });
  for (;;) {
    if (signal?.aborted) {
      await http.json('DELETE', `${path}/${id}`).catch(gone);
      signal.throwIfAborted();
    }
    const info = await http.json<ExportInfo>('GET', `${path}/${id}`);
    onLook?.(info);
    if (info.state === 'failed') throw new Error(info.error);
    if (info.state === 'done')
      return { blob: await (await http.raw(`${path}/${id}/file`)).blob(), problems: info.problems };
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** What is gone already needs no stop. */
function gone(error: unknown): void {
  if (!(error instanceof ApiError && error.status === 404)) throw error;
}

export async function listStyles(http: Http): Promise<ExportStyles> {
  return await http.json<ExportStyles>('GET', '/api/export-styles');
}
