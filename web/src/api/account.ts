/** The REST calls about the person's own account and the keys of their programs (docs/protocol.md, REST). */
import type { z } from 'zod';
import type { apiKey, madeApiKey, newApiKey } from '../../../src/protocol/api-keys.ts';
import type { Http } from './http.ts';

export type ApiKey = z.infer<typeof apiKey>;
export type MadeApiKey = z.infer<typeof madeApiKey>;
export type NewApiKey = z.input<typeof newApiKey>;

export async function listApiKeys(http: Http): Promise<ApiKey[]> {
  return (await http.json<{ items: ApiKey[] }>('GET', '/api/auth/keys')).items;
}

/** The answer alone has the key itself. */
export function makeApiKey(http: Http, key: NewApiKey): Promise<MadeApiKey> {
  return http.json('POST', '/api/auth/keys', key);
}

export function deleteApiKey(http: Http, id: string): Promise<void> {
  return http.json('DELETE', `/api/auth/keys/${id}`);
}

export function changePassword(http: Http, currentPassword: string, newPassword: string): Promise<void> {
  return http.json('POST', '/api/auth/password', { currentPassword, newPassword });
}

/** Deletes everything that is the person's. @param password absent: of a guest */
export function deleteAccount(http: Http, password?: string): Promise<void> {
  return http.json('DELETE', '/api/auth/me', password === undefined ? {} : { password });
}
