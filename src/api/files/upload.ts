/** Uploads: a multipart body, streamed file by file into the workspace (A7). */
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { Busboy } from '@fastify/busboy';
import type { Written } from '../../workspace/write-file.ts';
import { ApiError } from '../api-error.ts';
import type { PersonFiles } from './person-files.ts';

/** Where uploads go unless a field `folder`, before the files, says otherwise. */
const FOLDER = 'attachments';

const LIMITS = { files: 20, fields: 5, parts: 25, fieldSize: 1_024, headerPairs: 50 };

/**
 * Stores the files of a multipart/form-data request, each whole or not at all.
 * @throws ApiError for a body that is none, or that ends before its time; what `files` throws for a file that cannot
 * be stored
 */
export async function receiveUploads(
  request: Request,
  files: Pick<PersonFiles, 'write'>,
): Promise<Written[]> {
  const { body } = request;
  if (body === null) throw new ApiError('bad_request', 'The body is empty.');
  const form = openForm(request.headers.get('Content-Type') ?? '');
  // No file in the form is longer than the whole.
  const { most } = lengthOf(request);
  const stored: Promise<Written>[] = [];
  const arriving: Readable[] = [];
  /** Why this stopped, where that is not the body's fault. */
  let refusal: Error | undefined;
  let folder = FOLDER;

  function refuse(why: Error): void {
    refusal ??= why;
    form.destroy(why);
  }

  form.on('field', (name, value) => {
    if (name === 'folder') folder = value;
  });
  form.on('file', (_field, stream, filename) => {
    if (filename !== undefined && filename.length > SENT_NAME_CHARACTERS) {
      stream.resume();
      refuse(new ApiError('bad_path', `A file's name may have at most ${SENT_NAME_CHARACTERS} characters.`));
      return;
    }
    const file = `${folder}/${cleanName(filename)}`;
    let broken: Error | undefined;
    // Heard from the beginning: a file may break off before anybody reads it, and an error that nobody hears ends
    // the process.
    stream.on('error', (error) => {
      broken = error;
      form.destroy(error);
    });
    // What has this name is another upload, which a message may speak of: it stays (W11).
    const written = files.write(file, stream, {
      besideOthers: true,
      ...(most === undefined ? {} : { most }),
    });
    // A file that is not taken is not read to its end either: the whole request fails.
    written.catch((error: Error) => {
      if (error !== broken) refuse(error);
    });
    stored.push(written);
    arriving.push(stream);
  });
  for (const limit of ['filesLimit', 'fieldsLimit', 'partsLimit']) {
    form.on(limit, () => refuse(new ApiError('too_large', `At most ${LIMITS.files} files at a time.`)));
  }

  try {
    await pipeline(Readable.fromWeb(body as ReadableStream), form);
  } catch {
    const broken = new ApiError('bad_request', 'The body is not a complete multipart form.');
    // The parser does not end the file that it was in the middle of: whoever writes it would wait for ever.
    for (const stream of arriving) stream.destroy(refusal ?? broken);
    await Promise.allSettled(stored);
    // A file that is refused ends its stream first, which breaks the form, and says why when it has cleaned up.
    throw refusal ?? broken;
  }
  return await Promise.all(stored);
}

/** How many bytes a request's body has by its own account; nothing where it does not say. */
export function lengthOf(request: Request): { most?: number; least?: number } {
  const length = request.body === null ? '0' : request.headers.get('Content-Length');
  return length === null ? {} : { most: Number(length), least: Number(length) };
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

/** Characters of a name as it is sent, before anything is made of it; and bytes of UTF-8 that are kept of it. */
const SENT_NAME_CHARACTERS = 1_000;
const NAME_BYTES = 200;

/** A name as it may stand in the workspace: the last part of what was sent, without what no name should have. */
export function cleanName(sent: string | undefined): string {
  const last = path.win32.basename((sent ?? '').toWellFormed().normalize('NFC'));
  const plain = last
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}<>:"|?*\\/]/gu, '_')
    .replace(/^[.\s]+/, '')
    .trim();
  if (plain === '') return 'file';
  const extension = path.posix.extname(plain).slice(0, 20);
  const stem = plain.slice(0, plain.length - path.posix.extname(plain).length);
  return firstBytes(stem, NAME_BYTES - Buffer.byteLength(extension)) + extension;
}

/** The first whole characters of `text` that fit into so many bytes of UTF-8. */
function firstBytes(text: string, most: number): string {
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > most) break;
    end += character.length;
  }
  return text.slice(0, end);
}
