/** Who may come in, as the server says it before anybody is signed in. */
import type { Admission } from '../../../src/protocol/auth.ts';
import { request } from './http.ts';

export type { Admission };

export async function readAdmission(): Promise<Admission> {
  return (await (await request('/api/auth/options', { method: 'GET' })).json()) as Admission;
}
