/** A Work's references and what was found out about them (docs/references.md). */
import type { z } from 'zod';
import type { references } from '../../../src/protocol/references.ts';
import type { Http } from './http.ts';

export type References = z.infer<typeof references>;
export type Reference = References['items'][number];

export async function fetchReferences(http: Http, workId: string): Promise<References> {
  return await http.json<References>('GET', `/api/works/${workId}/references`);
}

/** Resolves once it is sure to be done. */
export async function lookUpReferences(http: Http, workId: string): Promise<void> {
  await http.json('POST', `/api/works/${workId}/references/lookups`);
}
