/** A list's cursor as clients hold it: opaque to them, checked when it comes back. */
import { z } from 'zod';
import type { WorkCursor } from '../../db/works.ts';
import { ApiError } from '../api-error.ts';

/** A day that exists, in a year that Postgres knows: it has no year 0. */
const time = z.iso.datetime({ precision: 6 }).refine((text) => !text.startsWith('0000'));
const shape = z.tuple([time, z.guid()]);

export function encodeCursor({ updatedAt, id }: WorkCursor): string {
  return Buffer.from(JSON.stringify([updatedAt, id])).toString('base64url');
}

/** @throws ApiError bad_request for anything that encodeCursor did not make */
export function decodeCursor(text: string): WorkCursor {
  try {
    const [updatedAt, id] = shape.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    return { updatedAt, id };
  } catch {
    throw new ApiError('bad_request', 'cursor: not one of ours.');
  }
}
