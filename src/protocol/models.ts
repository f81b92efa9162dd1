/** REST bodies of model settings (F13). A key goes in and never comes out (A5). */
import { z } from 'zod';
import { MODEL_ROLES } from '../domain/model-roles.ts';
import { isoTime, uuid } from './messages.ts';

/** Fields of a request to a model that only the agent's loop sets. */
const RESERVED = [
  ...['model', 'messages', 'tools', 'stream', 'stream_options', 'temperature', 'n'],
  ...['functions', 'function_call'],
];
const MOST_PARAMS_CHARACTERS = 8_192;

const baseUrl = z
  .url({ protocol: /^https?$/, error: 'must be an address such as https://api.example.com/v1' })
  .max(2_000)
  .refine((text) => !/^\w+:\/*[^/?#]*@/.test(text), 'must not hold a user or a password')
  .refine((text) => !text.includes('#'), 'must not have a fragment')
  .transform((text) => text.replace(/\/+$/, ''));
const apiKey = z
  .string()
  .trim()
  .max(8_192)
  .regex(/^[\x21-\x7e]*$/, 'holds a character that no key can have')
  .meta({ writeOnly: true, description: 'empty or null: the server wants none' });
const price = z.number().nonnegative().max(1e9).nullable();
const params = z
  .record(z.string().max(100), z.unknown())
  .refine(
    (fields) => JSON.stringify(fields).length <= MOST_PARAMS_CHARACTERS,
    `may have ${MOST_PARAMS_CHARACTERS} characters`,
  )
  .refine(
    (fields) => !RESERVED.some((name) => Object.hasOwn(fields, name)),
    `may not hold any of ${RESERVED.join(', ')}`,
  );

const fields = {
  role: z.enum(MODEL_ROLES),
  baseUrl,
  model: z.string().trim().min(1).max(200),
  contextWindow: z.number().int().min(2_048).max(100_000_000),
  inputPrice: price.meta({ description: 'of a million tokens, in your currency; null: not known' }),
  cachedPrice: price.meta({ description: 'of input that its server had in its cache; null: as inputPrice' }),
  writtenPrice: price.meta({ description: 'of input that it wrote into its cache; null: as inputPrice' }),
  outputPrice: price.meta({ description: 'without it and inputPrice no cost is reckoned' }),
  temperature: z.number().min(0).max(2).nullable(),
  params: params.meta({ description: "further fields of the request's body, such as reasoning_effort" }),
  isDefault: z.boolean().meta({ description: 'serves its role in Works that choose nothing; one a role' }),
};

export const model = z
  .object({
    id: uuid,
    ...fields,
    baseUrl: z.string(),
    params: z.record(z.string(), z.unknown()),
    hasKey: z.boolean(),
    createdAt: isoTime,
    updatedAt: isoTime,
  })
  .meta({ id: 'Model' });
export type Model = z.infer<typeof model>;

export const modelList = z.object({ items: z.array(model) });

export const newModel = z.object({
  ...fields,
  apiKey: apiKey.nullish(),
  contextWindow: fields.contextWindow.default(128_000),
  inputPrice: fields.inputPrice.default(null),
  cachedPrice: fields.cachedPrice.default(null),
  writtenPrice: fields.writtenPrice.default(null),
  outputPrice: fields.outputPrice.default(null),
  temperature: fields.temperature.default(null),
  params: params.default({}),
  isDefault: fields.isDefault.default(true),
});

export const modelChange = z
  .object({
    ...fields,
    apiKey: apiKey.nullable().meta({ description: 'absent: the one that is stored stays' }),
  })
  .partial();

/** What a model's server has refused, and how it is asked since then (M19). */
export const learnedFact = z
  .object({
    field: z.string().meta({ description: 'of the profile by which requests are made (docs/models.md)' }),
    value: z.unknown(),
    words: z.string().meta({ description: 'what the server said' }),
    learnedAt: isoTime,
  })
  .meta({ id: 'LearnedFact' });
export type LearnedFact = z.infer<typeof learnedFact>;

export const learnedList = z.object({ items: z.array(learnedFact) });

export const modelTest = z
  .discriminatedUnion('ok', [
    z.object({
      ok: z
        .literal(true)
        .meta({ description: 'text, calls with results, a long call and a stop were tried' }),
      latencyMs: z.number().meta({ description: 'milliseconds until its first word' }),
    }),
    z.object({
      ok: z.literal(false),
      code: z.string(),
      message: z.string().meta({ description: 'what is wrong and what to do, for a person' }),
    }),
  ])
  .meta({ id: 'ModelTest' });
export type ModelTest = z.infer<typeof modelTest>;
