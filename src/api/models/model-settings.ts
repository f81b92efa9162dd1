/** What a person sets of a model, and what is stored: the one place where a key is sealed (A5). */
import type { z } from 'zod';
import type { ModelSettings, StoredModel } from '../../db/models.ts';
import { sealKey } from '../../llm/sealed-key.ts';
import type { Model, modelChange, newModel } from '../../protocol/models.ts';

/** A stored model as its owner sees it: of the key only whether there is one. */
export function viewOf({ sealedKey, prices, ...rest }: StoredModel): Model {
  return {
    ...rest,
    inputPrice: prices?.input ?? null,
    outputPrice: prices?.output ?? null,
    hasKey: sealedKey !== null,
  };
}

export function settingsOf(
  id: string,
  { apiKey, inputPrice, outputPrice, ...rest }: z.infer<typeof newModel>,
  secret: Buffer,
): ModelSettings & { sealedKey: Buffer | null } {
  return { ...rest, prices: pricesOf(inputPrice, outputPrice), sealedKey: sealed(id, apiKey, secret) };
}

/**
 * What a change stores. A key was entered for one server: with the address of another it is forgotten unless it is
 * entered again, so that nobody who got hold of a session can have it sent to a server of theirs.
 */
export function changeOf(
  stored: StoredModel,
  { apiKey, inputPrice, outputPrice, ...rest }: z.infer<typeof modelChange>,
  secret: Buffer,
): Partial<ModelSettings> & { sealedKey?: Buffer | null } {
  const moved = rest.baseUrl !== undefined && originOf(rest.baseUrl) !== originOf(stored.baseUrl);
  const priced = inputPrice !== undefined || outputPrice !== undefined;
  const { prices } = stored;
  return {
    ...withoutUndefined(rest),
    ...(priced
      ? {
          prices: pricesOf(
            inputPrice === undefined ? (prices?.input ?? null) : inputPrice,
            outputPrice === undefined ? (prices?.output ?? null) : outputPrice,
          ),
        }
      : {}),
    ...(apiKey !== undefined || moved ? { sealedKey: sealed(stored.id, apiKey, secret) } : {}),
  };
}

function sealed(id: string, apiKey: string | null | undefined, secret: Buffer): Buffer | null {
  return apiKey ? sealKey(apiKey, id, secret) : null;
}

/** What is not said costs nothing. */
function pricesOf(input: number | null, output: number | null): ModelSettings['prices'] {
  return input === null && output === null ? null : { input: input ?? 0, output: output ?? 0 };
}

function originOf(address: string): string {
  return new URL(address).origin;
}

function withoutUndefined<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as { [K in keyof T]: Exclude<T[K], undefined> };
}
