/** The REST calls about a Work's files (docs/protocol.md, REST). */
import type { z } from 'zod';
import type { fileInfo, fileList, uploaded } from '../../../src/protocol/files.ts';
import type { Preview } from '../../../src/protocol/previews.ts';
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
  return `/api/works/${workId}/files/${encoded(path)}`;
}

export function encoded(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** Some bytes of a file, with the size and the state of the whole. */
export interface FilePart {
  bytes: Uint8Array;
  size: number;
  etag: string;
}

/** The bytes from `begin` to before `end`, as far as there are any. */
export async function readPart(
  http: Pick<Http, 'raw'>,
  address: string,
  { begin, end }: { begin: number; end: number },
): Promise<FilePart> {
  let response: Response;
  try {
    response = await http.raw(address, undefined, { range: `bytes=${begin}-${end - 1}` });
  } catch (error) {
    // An empty file has no first byte.
    if (error instanceof ApiError && error.status === 416)
      return { bytes: new Uint8Array(), size: 0, etag: '' };
    throw error;
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  const size = Number(response.headers.get('Content-Range')?.split('/')[1] ?? bytes.length);
  return { bytes, size, etag: response.headers.get('ETag') ?? '' };
}

/** Bytes of a picture that the page loads to show it; an SVG is held as text besides, and drawn from it each time. */
const MOST_PICTURE_BYTES = 25 * 1024 ** 2;
const MOST_SVG_BYTES = 5 * 1024 ** 2;

/** A picture that is larger than what the page loads by itself. */
export class TooLargePicture extends Error {
  override name = 'TooLargePicture';
}

/** A picture whole. @throws TooLargePicture before any of it is read */
export async function readPicture(http: Pick<Http, 'raw'>, address: string): Promise<Blob> {
  const leave = new AbortController();
  const response = await http.raw(address, leave.signal);
  const isSvg = response.headers.get('Content-Type')?.startsWith('image/svg') ?? false;
  if (Number(response.headers.get('Content-Length')) > (isSvg ? MOST_SVG_BYTES : MOST_PICTURE_BYTES)) {
    leave.abort();
    throw new TooLargePicture(address);
  }
  return await response.blob();
}

/** The beginning of a text, and how many bytes of it are left. */
export interface TextStart {
  text: string;
  rest: number;
}

/** Bytes of a text that are shown; the server shows as many of one that it decodes. */
const START_BYTES = 256 * 1024;

/** The beginning of a text; null where it is not UTF-8, and the server has to read it. */
export async function readStart(http: Pick<Http, 'raw'>, address: string): Promise<TextStart | null> {
  const { bytes, size } = await readPart(http, address, { begin: 0, end: START_BYTES });
  const rest = size - bytes.length;
  try {
    // The last character may have been cut.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: rest > 0 });
    return text.includes('\0') ? null : { text, rest };
  } catch {
    return null;
  }
}

/** Which part of a file is shown: a sheet of a workbook, and its first row. */
export interface PreviewPart {
  sheet: number;
  offset: number;
}

/** What the server shows of a file that the page does not read itself (W12). */
export function fetchPreview(
  http: Http,
  workId: string,
  path: string,
  { sheet, offset }: PreviewPart,
): Promise<Preview> {
  return http.json('GET', `/api/works/${workId}/preview/${encoded(path)}?sheet=${sheet}&offset=${offset}`);
}

/** Null where there is no such file. */
export async function readText(http: Pick<Http, 'raw'>, address: string): Promise<StoredText | null> {
  try {
    const response = await http.raw(address);
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

/** Gives a file or folder another path. @throws ApiError `conflict` where something has that path */
export function moveFile(http: Http, workId: string, path: string, to: string): Promise<unknown> {
  return http.json('PATCH', fileAddress(workId, path), { path: to });
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
