/** The model that serves whoever has not set one of their own, as the model handler takes it. */
import type { ModelEndpoint } from '../llm/types.ts';
import type { ServerModel } from './config.ts';

export function serverEndpoint({ baseUrl, apiKey, model, contextWindow }: ServerModel): ModelEndpoint {
  return { baseUrl, apiKey: apiKey ?? '', model, contextWindow };
}
