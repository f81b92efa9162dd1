/** A model that a person set up for themselves, as the model handler takes it (F13). */
import { ModelError } from './errors.ts';
import { knownPrices } from './prices.ts';
import { openKey, UnreadableKey } from './sealed-key.ts';
import type { ModelEndpoint, Prices } from './types.ts';

export interface OwnModel {
  id: string;
  baseUrl: string;
  /** As `sealKey` made it for this id; null: the server wants no key. */
  sealedKey: Buffer | null;
  model: string;
  contextWindow: number;
  inputPrice: number | null;
  cachedPrice: number | null;
  writtenPrice: number | null;
  outputPrice: number | null;
  temperature: number | null;
  params: Record<string, unknown>;
}

/** @throws ModelError where its key cannot be read any more */
export function endpointOf(own: OwnModel, secret: Buffer): ModelEndpoint {
  const { baseUrl, model, contextWindow, temperature, params } = own;
  const prices = pricesOf(own);
  return {
    baseUrl,
    model,
    contextWindow,
    params,
    id: own.id,
    apiKey: own.sealedKey === null ? '' : readKey(own.sealedKey, own.id, secret),
    ...(prices === undefined ? {} : { prices }),
    ...(temperature === null ? {} : { temperature }),
  };
}

function pricesOf(own: OwnModel): Prices | undefined {
  const { inputPrice: input, cachedPrice: cached, writtenPrice: written, outputPrice: output } = own;
  return knownPrices({ input, cached, written, output });
}

function readKey(sealed: Buffer, id: string, secret: Buffer): string {
  try {
    return openKey(sealed, id, secret);
  } catch (error) {
    if (!(error instanceof UnreadableKey)) throw error;
    const message = 'The saved API key cannot be read any more. Enter it again in the model settings.';
    throw new ModelError('model_unauthorized', message, { retryable: false, detail: error.message });
  }
}
