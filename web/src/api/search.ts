/** The REST call that finds what was said (docs/sharing.md). */
import type { z } from 'zod';
import type { foundMessage } from '../../../src/protocol/search.ts';
import type { Http } from './http.ts';

export type FoundMessage = z.infer<typeof foundMessage>;

/** The newest messages with all of these words, those first that have them as they were typed. */
export async function searchMessages(http: Http, q: string, limit: number): Promise<FoundMessage[]> {
  const query = new URLSearchParams({ q, limit: String(limit) });
  return (await http.json<{ items: FoundMessage[] }>('GET', `/api/search?${query}`)).items;
}

/** Where the page shows it. */
export function placeOfMessage({ workId, messageId }: FoundMessage) {
  return { name: 'work', params: { id: workId }, query: { tab: 'conversation', message: messageId } };
}
