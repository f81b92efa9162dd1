/** Uploads: a multipart body, streamed file by file into the workspace (A7). */
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { Busboy } from '@fastify/busboy';
import { segmentsOf } from '../../workspace/relative-path.ts';
import { WorkspaceError } from '../../workspace/workspace-error.ts';
import type { Written } from '../../workspace/write-file.ts';
import { ApiError } from '../api-error.ts';
import type { PersonFiles } from './person-files.ts';

/** Where uploads go unless a field `folder`, before the files, says otherwise. */
const FOLDER = 'attachments';

const LIMITS = { files: 20, fields: 5, parts: 25, fieldSize: 1_024, headerPairs: 50 };

/**
 * Stores the files of a multipart/form-data request, each whole or not at all.
 * @throws ApiError for a body that is none; WorkspaceError for a file that cannot be stored
 */
export async function receiveUploads(request: Request, files: PersonFiles): Promise<Written[]> {
  const form = openForm(request.headers.get('Content-Type') ?? '');
  const stored: Promise<Written>[] = [];
  let folder = FOLDER;

  form.on('field', (name, value) => {
    if (name === 'folder') folder = value;
  });
  form.on('file', (_field, stream, filename) => {
    const file = `${folder}/${cleanName(filename)}`;
    const written = files.write(file, stream);
    // A file that is not taken is not read to its end either: the whole request fails.
    written.catch((error: Error) => form.destroy(error));
    stored.push(written);
  });
  for (const limit of ['filesLimit', 'fieldsLimit', 'partsLimit']) {
    form.on(limit, () => form.destroy(new ApiError('too_large', `At most ${LIMITS.files} files at a time.`)));
  }

  try {
    if (request.body === null) throw new ApiError('bad_request', 'The body is empty.');
    segmentsOf(folder);
    await pipeline(Readable.fromWeb(request.body as ReadableStream), form);
    return await Promise.all(stored);
  } catch (error) {
    await Promise.allSettled(stored);
    if (error instanceof ApiError || error instanceof WorkspaceError) throw error;
    if (error instanceof Error && !('code' in error)) {
      throw new ApiError('bad_request', 'The body is not a complete multipart form.');
    }
    throw error;
  }
}

function openForm(contentType: string) {
  if (!/^multipart\/form-data\s*;/i.test(contentType)) {
    throw new ApiError('unsupported_type', 'Send the files as multipart/form-data.');
  }
  try {
    return new Busboy({ headers: { 'content-type': contentType }, limits: LIMITS });
  } catch {
    throw new ApiError('bad_request', 'This Content-Type names no boundary.');
  }
}

/** A name as it may stand in the workspace: the last part of what was sent, without what no name should have. */
export function cleanName(sent: string | undefined): string {
  const last = path.win32.basename((sent ?? '').toWellFormed().normalize('NFC'));
  const plain = last
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}<>:"|?*\\/]/gu, '_')
    .replace(/^[.\s]+/, '')
    .trim();
  if (plain === '') return 'file';
  const extension = path.posix.extname(plain).slice(0, 20);
  let stem = plain.slice(0, plain.length - path.posix.extname(plain).length);
  while (Buffer.byteLength(stem + extension) > 200) stem = [...stem].slice(0, -1).join('');
  return stem + extension;
}
