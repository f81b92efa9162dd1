/** The REST calls about the person's own account and the keys of their programs (docs/protocol.md, REST). */
import type { z } from 'zod';
import type { PersonBudget } from '../../../src/domain/budgets.ts';
import type { apiKey, madeApiKey, newApiKey } from '../../../src/protocol/api-keys.ts';
import type { personBudgetShown } from '../../../src/protocol/budgets.ts';
import type { Http } from './http.ts';

export type ApiKey = z.infer<typeof apiKey>;
export type MadeApiKey = z.infer<typeof madeApiKey>;
export type PersonBudgetShown = z.infer<typeof personBudgetShown>;
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

/** What the person may take over all their Works, and what they have used of it. */
export function getBudget(http: Http): Promise<PersonBudgetShown> {
  return http.json('GET', '/api/auth/budget');
}

export function setPersonBudget(http: Http, budget: PersonBudget | null): Promise<PersonBudgetShown> {
  return http.json('PUT', '/api/auth/budget', budget);
}
