/** The model that serves whoever has not set one of their own, as the model handler takes it. */
import type { ModelEndpoint } from '../llm/types.ts';
import type { ServerModel } from './config.ts';

/** Tokens that a model of unknown window is trusted with; every current hosted model has at least these. */
const CONTEXT_WINDOW = 128_000;

export function serverEndpoint({ baseUrl, apiKey, model }: ServerModel): ModelEndpoint {
  return { baseUrl, apiKey: apiKey ?? '', model, contextWindow: CONTEXT_WINDOW };
}
