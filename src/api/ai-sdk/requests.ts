/** What is read of a request of the AI SDK's chats: the last thing that the user said. */
import { z } from 'zod';
import { MAX_HISTORY_ITEMS, MAX_HISTORY_NAME_CHARACTERS } from '../../protocol/limits.ts';
import { uuid } from '../../protocol/messages.ts';
import { ApiError } from '../api-error.ts';
import { clientName, lastWords, messagePart, readClientBody } from '../conversation/last-words.ts';

export const chatBody = z.object({
  id: clientName.meta({
    description: 'of a Work, or the client’s own name for the chat, which has one Work',
  }),
  messages: z
    .array(z.object({ id: clientName, role: clientName, parts: z.array(messagePart).max(MAX_HISTORY_ITEMS) }))
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
  const { id: chat, messages, trigger, template } = readClientBody(chatBody, body);
  if (trigger === 'regenerate-message')
    throw new ApiError(
      'bad_request',
      'An answer is not made again over this interface: say it anew, or run it again in PaperAgent.',
    );
  const { id: messageId, text } = lastWords(messages, ({ parts }) => parts);
  return { chat, messageId, text, template };
}
