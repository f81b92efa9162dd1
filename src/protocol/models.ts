/** REST bodies of model settings (F13). A key goes in and never comes out (A5). */
import { z } from 'zod';
import { type OwnProfile, PROFILE_CHOICES } from '../domain/model-profile.ts';
import { MODEL_ROLES } from '../domain/model-roles.ts';
import * as limits from './limits.ts';
import { isoTime, uuid } from './messages.ts';

/** Fields of a request to a model that only the agent's loop sets. */
const RESERVED = [
  ...['model', 'messages', 'tools', 'stream', 'stream_options', 'temperature', 'n'],
  ...['functions', 'function_call'],
];
const MOST_PARAMS_CHARACTERS = 8_192;

const baseUrl = z
  .url({ protocol: /^https?$/, error: 'must be an address such as https://api.example.com/v1' })
  .max(limits.MAX_BASE_URL_CHARACTERS)
  .refine((text) => !/^\w+:\/*[^/?#]*@/.test(text), 'must not hold a user or a password')
  .refine((text) => !text.includes('#'), 'must not have a fragment')
  .transform((text) => text.replace(/\/+$/, ''));
const apiKey = z
  .string()
  .trim()
  .max(limits.MAX_API_KEY_CHARACTERS)
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

const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
/** Who we are, where the request goes, how its body is framed and in which form the answer comes is not theirs to say. */
const OURS =
  /^(?:host|authorization|api-key|accept|accept-encoding|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|via|forwarded|content-.*|proxy-.*|sec-.*|x-forwarded-.*|x-stainless-.*)$/i;
/** What is wrong with a header's name, for a person; undefined where nothing is. */
function wrongName(name: string): string | undefined {
  if (!TOKEN.test(name) || name.length > limits.MAX_HEADER_NAME_CHARACTERS)
    return `${JSON.stringify(name.slice(0, 100))} is no name of a header`;
  return OURS.test(name) ? `${name} is a header that PaperAgent sets itself` : undefined;
}
const headerValue = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(limits.MAX_HEADER_CHARACTERS)
  .regex(/^[\x20-\x7e]*$/, 'holds a character that no header can have');
/** Of a record's names, whatever their case, each is one header. */
const distinct = (headers: Record<string, unknown>) =>
  new Set(Object.keys(headers).map((name) => name.toLowerCase())).size === Object.keys(headers).length;

const { api, auth, toolIds, reasoningBack, maxTokens } = PROFILE_CHOICES;
const profile = z
  .strictObject({
    api: z.enum(api),
    auth: z.enum(auth).meta({ description: 'the header that carries the key' }),
    toolIds: z.enum(toolIds).meta({ description: 'the form of the ids of calls' }),
    reasoningBack: z.enum(reasoningBack).meta({ description: 'the field in which its reasoning goes back' }),
    maxTokens: z.enum(maxTokens).meta({ description: 'the field for the most tokens of an answer' }),
    temperature: z.boolean().meta({ description: 'whether a temperature is sent' }),
    images: z.boolean().meta({ description: 'whether it is shown pictures' }),
  })
  .partial() satisfies z.ZodType<OwnProfile>;

const fields = {
  role: z.enum(MODEL_ROLES),
  baseUrl,
  model: z.string().trim().min(1).max(limits.MAX_MODEL_NAME_CHARACTERS),
  contextWindow: z
    .number()
    .int()
    .min(limits.CONTEXT_WINDOW.least)
    .max(limits.CONTEXT_WINDOW.most)
    .nullable()
    .meta({ description: 'tokens of prompt and answer; null: what is found out of the model' }),
  maxOutput: z
    .number()
    .int()
    .min(limits.MAX_OUTPUT.least)
    .max(limits.MAX_OUTPUT.most)
    .nullable()
    .meta({ description: 'most tokens of an answer; null: what is found out of the model' }),
  inputPrice: price.meta({ description: 'of a million tokens, in your currency; null: what is known of it' }),
  cachedPrice: price.meta({ description: 'of input that its server had in its cache; null likewise' }),
  writtenPrice: price.meta({ description: 'of input that it wrote into its cache; null likewise' }),
  outputPrice: price.meta({ description: 'where it or inputPrice is not known, no cost is reckoned' }),
  temperature: z.number().min(limits.TEMPERATURE.least).max(limits.TEMPERATURE.most).nullable(),
  params: params.meta({
    maxProperties: MOST_PARAMS_CHARACTERS / 4,
    description: "further fields of the request's body, such as reasoning_effort",
  }),
  profile: profile.meta({
    description: 'how it is asked; what is absent is learned of its server, or known',
  }),
  isDefault: z.boolean().meta({ description: 'serves its role in Works that choose nothing; one a role' }),
};

export const model = z
  .object({
    id: uuid,
    ...fields,
    baseUrl: z.string(),
    params: z.record(z.string(), z.unknown()),
    headers: z
      .array(z.string())
      .meta({ description: 'names of headers of your own; their values stay here' }),
    hasKey: z.boolean(),
    createdAt: isoTime,
    updatedAt: isoTime,
  })
  .meta({ id: 'Model' });
export type Model = z.infer<typeof model>;

export const modelList = z.object({ items: z.array(model) });

const headers = <Value extends z.ZodType>(value: Value) =>
  z
    .record(z.string(), value)
    .superRefine((given, context) => {
      const message = Object.keys(given)
        .map(wrongName)
        .find((wrong) => wrong !== undefined);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    })
    .refine(
      (given) => Object.keys(given).length <= limits.MAX_HEADERS,
      `may be ${limits.MAX_HEADERS} at most`,
    )
    .refine(distinct, 'name the same header twice')
    .meta({ writeOnly: true, maxProperties: limits.MAX_HEADERS });

export const newModel = z.object({
  ...fields,
  apiKey: apiKey.nullish(),
  headers: headers(headerValue).default({}),
  profile: profile.default({}),
  contextWindow: fields.contextWindow.default(null),
  maxOutput: fields.maxOutput.default(null),
  inputPrice: fields.inputPrice.default(null),
  cachedPrice: fields.cachedPrice.default(null),
  writtenPrice: fields.writtenPrice.default(null),
  outputPrice: fields.outputPrice.default(null),
  temperature: fields.temperature.default(null),
  params: fields.params.default({}),
  isDefault: fields.isDefault.default(true),
});

export const modelChange = z
  .object({
    ...fields,
    apiKey: apiKey.nullable().meta({ description: 'absent: the one that is stored stays' }),
    headers: headers(headerValue.nullable()).meta({
      description: 'all of them; null: the value that is stored stays',
    }),
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

/** What the form has of a model that is to be looked at; with `id`, that one's key where none is entered. */
export const limitsQuestion = z.object({
  baseUrl,
  model: fields.model,
  apiKey: apiKey.nullish(),
  id: uuid.toLowerCase().exactOptional(),
});

const limitSource = z.enum(['settings', 'learned', 'server', 'table', 'default']).meta({
  description:
    'settings: you said so; learned: its server, as it refused more; server: it was asked; table: public data; ' +
    'default: nobody knows',
});
const tokenLimit = z.object({ value: z.number().int(), source: limitSource });
const prices = z.object({
  input: z.number(),
  output: z.number(),
  cached: z.number().exactOptional(),
  written: z.number().exactOptional(),
});

export const modelLimits = z
  .object({
    contextWindow: tokenLimit,
    maxOutput: tokenLimit.nullable().meta({ description: 'most tokens of an answer; null: unknown' }),
    prices: z
      .object({ value: prices, source: limitSource })
      .nullable()
      .meta({ description: 'of a million tokens, in US dollars' }),
    tableDate: z.string().meta({ description: 'of the table: YYYY-MM-DD' }),
  })
  .meta({ id: 'ModelLimits' });

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
