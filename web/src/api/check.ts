/** What is wrong with a paper (docs/paper-check.md). */
import type { z } from 'zod';
import type { paperCheck } from '../../../src/protocol/check.ts';
import type { Http } from './http.ts';

export type CheckItem = z.infer<typeof paperCheck>['items'][number];

export async function fetchCheck(http: Http, workId: string, file: string): Promise<CheckItem[]> {
  const { items } = await http.json<{ items: CheckItem[] }>(
    'GET',
    `/api/works/${workId}/check?${new URLSearchParams({ file })}`,
  );
  return items;
}
