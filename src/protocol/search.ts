/** REST bodies of the search over all that was said (H8). */
import { z } from 'zod';
import { MAX_SEARCH_CHARACTERS, MOST_FOUND } from './limits.ts';
import { isoTime, uuid } from './messages.ts';

export const searchQuery = z.object({
  q: z.string().max(MAX_SEARCH_CHARACTERS),
  limit: z.coerce.number().int().min(1).max(MOST_FOUND).default(20),
});

export const foundMessage = z
  .object({
    workId: uuid,
    title: z.string().meta({ description: 'of the Work' }),
    messageId: uuid,
    role: z.enum(['user', 'assistant']),
    createdAt: isoTime,
    snippet: z
      .array(z.object({ text: z.string(), hit: z.boolean() }))
      .meta({ description: 'a piece of the text; hit: what was looked for. Plain text' }),
  })
  .meta({ id: 'FoundMessage' });

export const foundMessages = z.object({ items: z.array(foundMessage) }).meta({ id: 'FoundMessages' });
