/** What is read of a request of the AI SDK's chats: the last thing that the user said. */
import { z } from 'zod';
import {
  MAX_HISTORY_BYTES,
  MAX_HISTORY_ITEMS,
  MAX_HISTORY_NAME_CHARACTERS,
  MAX_MESSAGE_CHARACTERS,
} from '../../protocol/limits.ts';
import { uuid } from '../../protocol/messages.ts';
import { ApiError } from '../api-error.ts';

const name = z.string().min(1).max(MAX_HISTORY_NAME_CHARACTERS);
const part = z.object({ type: name, text: z.string().max(MAX_HISTORY_BYTES).optional() });

export const chatBody = z.object({
  id: name.meta({ description: 'of a Work, or the client’s own name for the chat, which has one Work' }),
  messages: z
    .array(z.object({ id: name, role: name, parts: z.array(part).max(MAX_HISTORY_ITEMS) }))
    .min(1)
    .max(MAX_HISTORY_ITEMS),
  trigger: z.string().max(MAX_HISTORY_NAME_CHARACTERS).optional(),
  template: uuid.optional().meta({ description: 'from which a new chat’s Work begins' }),
});

export interface Said {
  chat: string;
  messageId: string;
  text: string;
  template: string | undefined;
}

/** @throws ApiError bad_request, in a sentence that the page shows */
export function readChatBody(body: unknown): Said {
  const parsed = chatBody.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ApiError('bad_request', `${issue?.path.join('.') || 'the body'}: ${issue?.message}`);
  }
  const { id: chat, messages, trigger, template } = parsed.data;
  if (trigger === 'regenerate-message')
    throw new ApiError(
      'bad_request',
      'An answer is not made again over this interface: say it anew, or run it again in PaperAgent.',
    );
  const last = messages.findLast(({ role }) => role === 'user');
  const other = last?.parts.find(({ type }) => type !== 'text');
  if (other !== undefined)
    throw new ApiError(
      'bad_request',
      `A part of type "${other.type}" is not taken: put files into the Work first (PUT /api/works/{id}/files/{path}) and name them in the message.`,
    );
  const text = (last?.parts ?? [])
    .map((one) => one.text ?? '')
    .filter((one) => one.trim() !== '')
    .join('\n\n');
  if (last === undefined || text === '')
    throw new ApiError('bad_request', 'There is no text of a user to answer.');
  if (text.length > MAX_MESSAGE_CHARACTERS)
    throw new ApiError('bad_request', `A message may have ${MAX_MESSAGE_CHARACTERS} characters.`);
  return { chat, messageId: last.id, text, template };
}
