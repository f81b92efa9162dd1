/** The model that serves whoever has not set one of their own, as the model handler takes it. */
import { windowOf } from '../llm/own-model.ts';
import type { ModelEndpoint } from '../llm/types.ts';
import type { ServerModel } from './config.ts';

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
