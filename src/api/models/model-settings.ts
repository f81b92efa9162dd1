/** What a person sets of a model, and what is stored: the one place where a key is sealed (A5). */
import type { z } from 'zod';
import type { ModelSettings, StoredModel } from '../../db/models.ts';
import { sealKey } from '../../llm/sealed-key.ts';
import type { Model, modelChange, newModel } from '../../protocol/models.ts';

/** A stored model as its owner sees it: of the key only whether there is one. */
export function viewOf({ sealedKey, ...rest }: StoredModel): Model {
  return { ...rest, hasKey: sealedKey !== null };
}

export function settingsOf(
  id: string,
  { apiKey, ...rest }: z.infer<typeof newModel>,
  secret: Buffer,
): ModelSettings & { sealedKey: Buffer | null } {
  return { ...rest, sealedKey: sealed(id, apiKey, secret) };
}

/**
 * What a change stores. A key was entered for one server: with the address of another it is forgotten unless it is
 * entered again, so that nobody who got hold of a session can have it sent to a server of theirs.
 */
export function changeOf(
  stored: StoredModel,
  { apiKey, ...rest }: z.infer<typeof modelChange>,
  secret: Buffer,
): Partial<ModelSettings> & { sealedKey?: Buffer | null } {
  const moved = rest.baseUrl !== undefined && originOf(rest.baseUrl) !== originOf(stored.baseUrl);
  return {
    ...withoutUndefined(rest),
    ...(apiKey !== undefined || moved ? { sealedKey: sealed(stored.id, apiKey, secret) } : {}),
  };
}

function sealed(id: string, apiKey: string | null | undefined, secret: Buffer): Buffer | null {
  return apiKey ? sealKey(apiKey, id, secret) : null;
}

function originOf(address: string): string {
  return new URL(address).origin;
}

function withoutUndefined<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as { [K in keyof T]: Exclude<T[K], undefined> };
}
