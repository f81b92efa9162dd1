/** A model that a person set up for themselves, as the model handler takes it (F13). */
import { saidPrices } from '../domain/model-prices.ts';
import type { OwnModel } from '../domain/own-model.ts';
import { openSecret, sealSecret, UnreadableSecret } from '../secrets/sealed-secret.ts';
import { ModelError } from './errors.ts';
import { DEFAULT_WINDOW } from './limits/limits.ts';
import { knownFields } from './profiles/profile.ts';
import type { ModelEndpoint } from './types.ts';

/** Seals a header's value for one model at one server: nowhere else can it be read. */
export function sealHeader(value: string, name: string, of: { id: string; baseUrl: string }, secret: Buffer) {
  return sealSecret(value, headerPlace(name, of), secret).toString('base64');
}

function headerPlace(name: string, { id, baseUrl }: { id: string; baseUrl: string }): string {
  return `${id} ${new URL(baseUrl).origin} ${name}`;
}

/** @throws ModelError where its key cannot be read any more */
export function endpointOf(own: OwnModel, secret: Buffer): ModelEndpoint {
  const { baseUrl, model, contextWindow, temperature, params } = own;
  const {
    maxOutput,
    inputPrice: input,
    cachedPrice: cached,
    writtenPrice: written,
    outputPrice: output,
  } = own;
  return {
    baseUrl,
    model,
    ...windowOf(contextWindow),
    params,
    id: own.id,
    apiKey: own.sealedKey === null ? '' : readSealed(own.sealedKey, own.id, secret),
    profile: {
      ...knownFields(own.profile),
      ...(Object.keys(own.headers).length === 0 ? {} : { headers: headersOf(own, secret) }),
    },
    ...(maxOutput === null ? {} : { maxOutput }),
    prices: saidPrices({ input, cached, written, output }),
    ...(temperature === null ? {} : { temperature }),
  };
}

function headersOf(own: OwnModel, secret: Buffer): Record<string, string> {
  const open = ([name, sealed]: [string, string]) =>
    [name, readSealed(Buffer.from(sealed, 'base64'), headerPlace(name, own), secret)] as const;
  return Object.fromEntries(Object.entries(own.headers).map(open));
}

/** A window that somebody has set, or the guess that stands for it until it is found out. */
export function windowOf(
  given: number | null | undefined,
): Pick<ModelEndpoint, 'contextWindow' | 'isWindowAssumed'> {
  return given == null ? { contextWindow: DEFAULT_WINDOW, isWindowAssumed: true } : { contextWindow: given };
}

function readSealed(sealed: Buffer, place: string, secret: Buffer): string {
  try {
    return openSecret(sealed, place, secret);
  } catch (error) {
    if (!(error instanceof UnreadableSecret)) throw error;
    const message =
      'The saved API key, or a saved header, cannot be read any more. Enter it again in the model settings.';
    throw new ModelError('model_unauthorized', message, { retryable: false, detail: error.message });
  }
}
