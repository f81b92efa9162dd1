/** The model that serves whoever has not set one of their own, and how models are asked. */
import type { z } from 'zod';
import { type Prices, saidPrices, wholePrices } from '../domain/model-prices.ts';
import { windowOf } from '../llm/own-model.ts';
import type { ModelEndpoint } from '../llm/types.ts';
import { CONTEXT_WINDOW } from '../protocol/limits.ts';
import { ConfigError } from './environment.ts';
import { count, price, url, word, zeroOrOne } from './values.ts';

export const modelVariables = {
  OPENAI_BASE_URL: url(/^https?$/, 'https://api.example.com/v1').optional(),
  OPENAI_API_KEY: word.optional(),
  PAPERAGENT_MODEL: word.optional(),
  MODEL_CONTEXT_WINDOW: count(CONTEXT_WINDOW.least, CONTEXT_WINDOW.most).optional(),
  MODEL_INPUT_PRICE: price.optional(),
  MODEL_CACHED_PRICE: price.optional(),
  MODEL_WRITTEN_PRICE: price.optional(),
  MODEL_OUTPUT_PRICE: price.optional(),
  MODEL_SEES: zeroOrOne.optional(),
  MODEL_PICTURES: count(0, 32).default(8),
  MODEL_STALL_SECONDS: count(1, 86_400).default(300),
  MODEL_FIRST_TOKEN_SECONDS: count(1, 86_400).default(300),
};

type Variables = z.infer<z.ZodObject<typeof modelVariables>>;

/** The model that serves whoever has not set one of their own. */
export interface ServerModel {
  baseUrl: string;
  apiKey: string | undefined;
  /** `demo` is the demo model's name, and no other's. */
  model: string;
  /** Tokens that prompt and answer may fill together; undefined: what is found out counts. */
  contextWindow: number | undefined;
  /** Of a million tokens; undefined: what is known of the model counts. */
  prices: Prices | undefined;
  /** Whether it is shown pictures; undefined: its name tells. */
  sees?: boolean | undefined;
}

export interface ModelSettings {
  /** Undefined: the demo model. */
  readonly model: Readonly<ServerModel> | undefined;
  /** Pictures that a request to a model that sees has at most. */
  readonly modelPictures: number;
  readonly modelStallSeconds: number;
  readonly modelFirstTokenSeconds: number;
}

/** @throws ConfigError where some prices are set and not those without which nothing can be reckoned */
export function readModel(v: Variables): ModelSettings {
  const prices = pricesOf(v);
  return {
    model:
      v.OPENAI_BASE_URL === undefined
        ? undefined
        : Object.freeze({
            baseUrl: v.OPENAI_BASE_URL.replace(/\/+$/, ''),
            apiKey: v.OPENAI_API_KEY,
            model: v.PAPERAGENT_MODEL ?? 'gpt-4.1-mini',
            contextWindow: v.MODEL_CONTEXT_WINDOW,
            prices,
            sees: v.MODEL_SEES === undefined ? undefined : v.MODEL_SEES === '1',
          }),
    modelPictures: v.MODEL_PICTURES,
    modelStallSeconds: v.MODEL_STALL_SECONDS,
    modelFirstTokenSeconds: v.MODEL_FIRST_TOKEN_SECONDS,
  };
}

function pricesOf(v: Variables): Prices | undefined {
  const [input, output] = [v.MODEL_INPUT_PRICE, v.MODEL_OUTPUT_PRICE];
  const [cached, written] = [v.MODEL_CACHED_PRICE, v.MODEL_WRITTEN_PRICE];
  const said = saidPrices({ input, cached, written, output });
  const prices = wholePrices(said);
  if (prices === undefined && Object.keys(said).length > 0) {
    const missing = input === undefined ? 'MODEL_INPUT_PRICE' : 'MODEL_OUTPUT_PRICE';
    throw new ConfigError(`${missing} must be set when another price is`);
  }
  return prices;
}

/** As the model handler takes it. */
export function serverEndpoint(server: ServerModel): ModelEndpoint {
  const { baseUrl, apiKey, model, contextWindow, prices, sees } = server;
  return {
    baseUrl,
    apiKey: apiKey ?? '',
    model,
    ...windowOf(contextWindow),
    ...(prices === undefined ? {} : { prices }),
    ...(sees === undefined ? {} : { profile: { images: sees } }),
  };
}
