/** Who may come in, and what a guest has, as the server says it before anybody is signed in. */
import type { Admission, AuthOptions } from '../../../src/protocol/auth.ts';
import { request } from './http.ts';

export type { Admission, AuthOptions };

export async function readAdmission(): Promise<AuthOptions> {
  return (await (await request('/api/auth/options', { method: 'GET' })).json()) as AuthOptions;
}
