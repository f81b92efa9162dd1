/** What servers answer when they are asked what a model takes (M7): pure readers of JSON of any shape. */
import type { Prices } from '../../domain/model-prices.ts';
import { isObject, type Loose } from '../answers/assembly.ts';
import type { KnownLimits } from './limits.ts';

const LEAST_WINDOW = 512;
const MOST_WINDOW = 100_000_000;
/** Of a million tokens; more is no price. */
const MOST_PRICE = 1e6;

/**
 * `GET /v1/models`: vLLM and SGLang (max_model_len), OpenRouter and Together (context_length), Groq (context_window),
 * Mistral (max_context_length).
 */
export function fromModelList(answer: unknown, model: string): KnownLimits {
  const entry = entryOf(listIn(answer, 'data') ?? (Array.isArray(answer) ? answer : []), model, ['id']);
  if (entry === undefined) return {};
  const provider = inside(entry.top_provider);
  return known({
    contextWindow: firstTokens(
      provider.context_length,
      entry.max_model_len,
      entry.context_length,
      entry.context_window,
      entry.max_context_length,
    ),
    maxOutput: firstTokens(
      provider.max_completion_tokens,
      entry.max_completion_tokens,
      entry.max_output_tokens,
    ),
    prices: routerPrices(inside(entry.pricing)),
  });
}

/** llama.cpp's `GET /props`: the window of one slot, which is what one conversation has. */
export function fromProps(answer: unknown): KnownLimits {
  return known({ contextWindow: firstTokens(inside(inside(answer).default_generation_settings).n_ctx) });
}

/** Ollama's `GET /api/ps`: what a loaded model was loaded with. */
export function fromOllamaRunning(answer: unknown, model: string): KnownLimits {
  const entry = entryOf(listIn(answer, 'models') ?? [], model, ['model', 'name']);
  return known({ contextWindow: firstTokens(entry?.context_length) });
}

/** Whether an answer of `/api/ps` is Ollama's. */
export function isOllama(answer: unknown): boolean {
  return listIn(answer, 'models') !== undefined;
}

/** Ollama's `POST /api/show`: what its file sets; what the model could take is not what it is given. */
export function fromOllamaShow(answer: unknown): KnownLimits {
  const { parameters } = inside(answer);
  const set = /^num_ctx\s+(\d{1,9})\s*$/m.exec(typeof parameters === 'string' ? parameters : '');
  return known({ contextWindow: firstTokens(set === null ? undefined : Number(set[1])) });
}

/** LM Studio's `GET /api/v1/models`, or its older `/api/v0/models`: the loaded length before the largest. */
export function fromLmStudio(answer: unknown, model: string): KnownLimits {
  const entry = entryOf(listIn(answer, 'models') ?? listIn(answer, 'data') ?? [], model, ['key', 'id']);
  if (entry === undefined) return {};
  const loaded = listIn(entry, 'loaded_instances')?.find(isObject);
  return known({
    contextWindow: firstTokens(
      inside(loaded?.config).context_length,
      entry.loaded_context_length,
      entry.max_context_length,
    ),
  });
}

/** LiteLLM's `GET /model/info`. */
export function fromLiteLlm(answer: unknown, model: string): KnownLimits {
  const entry = entryOf(listIn(answer, 'data') ?? [], model, ['model_name']);
  const info = inside(entry?.model_info);
  return known({
    contextWindow: firstTokens(info.max_input_tokens),
    maxOutput: firstTokens(info.max_output_tokens),
    prices: prices(
      info.input_cost_per_token,
      info.output_cost_per_token,
      info.cache_read_input_token_cost,
      info.cache_creation_input_token_cost,
    ),
  });
}

function routerPrices({ prompt, completion, input_cache_read: read, input_cache_write: write }: Loose) {
  return prices(prompt, completion, read, write);
}

/** Out of prices of one token, as numbers or as text; all free is not told apart from not told. */
function prices(input: unknown, output: unknown, cached: unknown, written: unknown): Prices | undefined {
  const [i, o, c, w] = [input, output, cached, written].map(priceOf);
  if (i === undefined || o === undefined || (i === 0 && o === 0)) return undefined;
  return { input: i, output: o, ...(c ? { cached: c } : {}), ...(w ? { written: w } : {}) };
}

function priceOf(value: unknown): number | undefined {
  if (typeof value !== 'number' && (typeof value !== 'string' || value.trim() === '')) return undefined;
  // As vendors write it: 0.15, and not 0.15000000000000002.
  const price = Number((Number(value) * 1e6).toPrecision(10));
  return price >= 0 && price <= MOST_PRICE ? price : undefined;
}

/** The entry of this very model; where there is only one, and it has another name, the one that is served. */
function entryOf(list: unknown[], model: string, fields: string[]): Loose | undefined {
  const entries = list.filter(isObject);
  const named = (entry: Loose, name: string) => fields.some((field) => entry[field] === name);
  const exact = entries.find((entry) => named(entry, model) || named(entry, `${model}:latest`));
  return exact ?? (entries.length === 1 ? entries[0] : undefined);
}

function listIn(value: unknown, field: string): unknown[] | undefined {
  const list = inside(value)[field];
  return Array.isArray(list) ? list : undefined;
}

function inside(value: unknown): Loose {
  return isObject(value) ? value : {};
}

function firstTokens(...values: unknown[]): number | undefined {
  return values
    .map(Number)
    .find((count) => Number.isSafeInteger(count) && count >= LEAST_WINDOW && count <= MOST_WINDOW);
}

function known(limits: KnownLimits): KnownLimits {
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
}
