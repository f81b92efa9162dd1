/** REST bodies of keys for programs (I1, P22). */
import { z } from 'zod';
import { SCOPES } from '../domain/scopes.ts';
import { MAX_KEY_NAME_CHARACTERS, MAX_SCOPES } from './limits.ts';
import { isoTime, uuid } from './messages.ts';

export const scope = z.enum(SCOPES);

export const newApiKey = z.object({
  name: z.string().trim().min(1).max(MAX_KEY_NAME_CHARACTERS),
  scopes: z
    .array(scope)
    .min(1)
    .max(MAX_SCOPES)
    .transform((scopes) => scope.options.filter((one) => scopes.includes(one)))
    .meta({ description: 'read: what asks for something; write: what changes something' }),
});

export const apiKey = z
  .object({
    id: uuid,
    name: z.string(),
    scopes: z.array(scope),
    hint: z.string().meta({ description: 'the last four characters of the key' }),
    createdAt: isoTime,
    lastUsedAt: isoTime.nullable().meta({ description: 'to the minute' }),
  })
  .meta({ id: 'ApiKey' });

export const madeApiKey = apiKey
  .extend({ key: z.string().meta({ description: 'told this once; only its hash is kept' }) })
  .meta({ id: 'MadeApiKey' });

export const apiKeys = z.object({ items: z.array(apiKey) }).meta({ id: 'ApiKeys' });
