/** What the chat interfaces read alike of a client's messages: bounded names and parts, and the text to be answered. */
import { z } from 'zod';
import {
  MAX_HISTORY_BYTES,
  MAX_HISTORY_NAME_CHARACTERS,
  MAX_MESSAGE_CHARACTERS,
} from '../../protocol/limits.ts';
import { ApiError } from '../api-error.ts';

/** Ids, roles and kinds, which are the client's own. */
export const clientName = z.string().min(1).max(MAX_HISTORY_NAME_CHARACTERS);
export const messagePart = z.object({ type: clientName, text: z.string().max(MAX_HISTORY_BYTES).optional() });

/** @throws ApiError bad_request, in a sentence that the page shows */
export function readClientBody<S extends z.ZodType>(shape: S, body: unknown): z.output<S> {
  const parsed = shape.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ApiError('bad_request', `${issue?.path.join('.') || 'the body'}: ${issue?.message}`);
}

/**
 * The last message of the user, whose parts are all text, a blank line between them.
 *
 * @param partsOf what a message of the client consists of
 * @throws ApiError bad_request for what a client would rely on and does not get
 */
export function lastWords<M extends { id: string; role: string }>(
  messages: readonly M[],
  partsOf: (message: M) => readonly z.output<typeof messagePart>[],
): { id: string; text: string } {
  const last = messages.findLast(({ role }) => role === 'user');
  const parts = last === undefined ? [] : partsOf(last);
  const other = parts.find(({ type }) => type !== 'text');
  if (other !== undefined)
    throw new ApiError(
      'bad_request',
      `A part of type "${other.type}" is not taken: put files into the Work first (PUT /api/works/{id}/files/{path}) and name them in the message.`,
    );
  const text = parts
    .map((one) => one.text ?? '')
    .filter((one) => one.trim() !== '')
    .join('\n\n');
  if (last === undefined || text === '')
    throw new ApiError('bad_request', 'There is no text of a user to answer.');
  if (text.length > MAX_MESSAGE_CHARACTERS)
    throw new ApiError('bad_request', `A message may have ${MAX_MESSAGE_CHARACTERS} characters.`);
  return { id: last.id, text };
}
