/** What a person sets of a model, and what is stored: the one place where a key is sealed (A5). */
import type { z } from 'zod';
import type { StoredModel } from '../../db/models.ts';
import type { OwnModelSettings } from '../../domain/own-model.ts';
import { ModelError } from '../../llm/errors.ts';
import { endpointOf, sealHeader } from '../../llm/own-model.ts';
import type { ModelEndpoint } from '../../llm/types.ts';
import type { Model, modelChange, newModel } from '../../protocol/models.ts';
import { sealSecret } from '../../secrets/sealed-secret.ts';

/** A stored model as its owner sees it: of the key only whether there is one, of headers only their names. */
export function viewOf({ sealedKey, headers, ...rest }: StoredModel): Model {
  return { ...rest, headers: Object.keys(headers), hasKey: sealedKey !== null };
}

export function settingsOf(
  id: string,
  { apiKey, headers, ...rest }: z.infer<typeof newModel>,
  secret: Buffer,
): OwnModelSettings & { sealedKey: Buffer | null } {
  const of = { id, baseUrl: rest.baseUrl };
  return { ...rest, headers: sealedHeaders(of, headers, {}, secret), sealedKey: sealed(id, apiKey, secret) };
}

/**
 * What a change stores. A key was entered for one server: with the address of another it is forgotten unless it is
 * entered again, so that nobody who got hold of a session can have it sent to a server of theirs. The values of headers
 * likewise.
 */
export function changeOf(
  stored: StoredModel,
  { apiKey, headers, ...rest }: z.infer<typeof modelChange>,
  secret: Buffer,
): Partial<OwnModelSettings> & { sealedKey?: Buffer | null } {
  const moved = rest.baseUrl !== undefined && originOf(rest.baseUrl) !== originOf(stored.baseUrl);
  const of = { id: stored.id, baseUrl: rest.baseUrl ?? stored.baseUrl };
  const kept = moved ? {} : stored.headers;
  return {
    ...withoutUndefined(rest),
    ...(headers !== undefined || moved ? { headers: sealedHeaders(of, headers ?? {}, kept, secret) } : {}),
    ...(apiKey !== undefined || moved ? { sealedKey: sealed(stored.id, apiKey, secret) } : {}),
  };
}

/**
 * The stored key, and how its server is asked with it, where they may be used at an address, which is on the server that
 * they were entered for (A5); else none.
 */
export function keptAccess(
  stored: StoredModel | undefined,
  baseUrl: string,
  secret: Buffer,
): Pick<ModelEndpoint, 'apiKey' | 'profile'> {
  if (stored === undefined || originOf(baseUrl) !== originOf(stored.baseUrl)) return { apiKey: '' };
  try {
    const { apiKey, profile = {} } = endpointOf(stored, secret);
    return { apiKey, profile };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return { apiKey: '' }; // It cannot be read any more: the test button and the next turn say so.
  }
}

function sealed(id: string, apiKey: string | null | undefined, secret: Buffer): Buffer | null {
  return apiKey ? sealSecret(apiKey, id, secret) : null;
}

/** Those with a value, sealed anew, and those of which what is stored stays. */
function sealedHeaders(
  of: { id: string; baseUrl: string },
  headers: Record<string, string | null>,
  kept: Record<string, string>,
  secret: Buffer,
): Record<string, string> {
  const all = Object.entries(headers).flatMap(([name, value]): [string, string][] => {
    if (value !== null) return [[name, sealHeader(value, name, of, secret)]];
    return Object.hasOwn(kept, name) ? [[name, String(kept[name])]] : [];
  });
  return Object.fromEntries(all);
}

function originOf(address: string): string {
  return new URL(address).origin;
}

function withoutUndefined<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as { [K in keyof T]: Exclude<T[K], undefined> };
}
