/** The REST calls about a Work's files (docs/protocol.md, REST). */
import type { z } from 'zod';
import type { fileInfo, fileList, uploaded } from '../../../src/protocol/files.ts';
import { ApiError, type Http, type UploadWatch } from './http.ts';

export type WorkspaceFile = z.infer<typeof fileInfo>;

/** A text file as it stands on the server; `etag` names that state in an If-Match. */
export interface StoredText {
  text: string;
  etag: string;
}

export function listFiles(http: Http, workId: string): Promise<z.infer<typeof fileList>> {
  return http.json('GET', `/api/works/${workId}/files`);
}

/** The address of one file; each segment is encoded by itself, since `/` separates folders. */
export function fileAddress(workId: string, path: string): string {
  return `/api/works/${workId}/files/${path.split('/').map(encodeURIComponent).join('/')}`;
}

/** Null where there is no such file. */
export async function readText(http: Http, workId: string, path: string): Promise<StoredText | null> {
  try {
    const response = await http.raw(fileAddress(workId, path));
    return { text: await response.text(), etag: response.headers.get('ETag') ?? '' };
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

/**
 * Writes a text file whole, if it still is what its author saw (`etag`; null: there was none).
 * @throws ApiError `changed_meanwhile` when it is not
 */
export async function writeText(
  http: Http,
  workId: string,
  path: string,
  file: { text: string; etag: string | null },
): Promise<StoredText> {
  const only: Record<string, string> =
    file.etag === null ? { 'If-None-Match': '*' } : { 'If-Match': file.etag };
  const response = await http.put(fileAddress(workId, path), file.text, only);
  return { text: file.text, etag: response.headers.get('ETag') ?? '' };
}

export function deleteFile(http: Http, workId: string, path: string): Promise<void> {
  return http.json('DELETE', fileAddress(workId, path));
}

/** Stores one file of the person's disk in `folder`; resolves to its path, for its name may have been cleaned. */
export async function uploadFile(
  http: Http,
  workId: string,
  { file, folder }: { file: File; folder: string },
  watch: UploadWatch,
): Promise<string> {
  const form = new FormData();
  // The server reads the form as it comes: the folder has to stand before the file.
  form.append('folder', folder);
  form.append('file', file);
  const answer = await http.upload<z.infer<typeof uploaded>>(`/api/works/${workId}/files`, form, watch);
  return answer.items[0]?.path ?? `${folder}/${file.name}`;
}

/** All files, as a zip. */
export async function fetchArchive(http: Http, workId: string): Promise<Blob> {
  return (await http.raw(`/api/works/${workId}/archive`)).blob();
}
