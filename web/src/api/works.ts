/** The REST calls about Works, as the page needs them (docs/protocol.md, REST). */
import type { z } from 'zod';
import type { Message } from '../../../src/domain/messages.ts';
import type { meta } from '../../../src/protocol/meta.ts';
import type { Work } from '../../../src/protocol/works.ts';
import type { Http } from './http.ts';

export type { Work };
export type Meta = z.infer<typeof meta>;

/** A page of a list; `nextCursor` is absent on the last one. */
export interface Page<Item, Cursor = string> {
  items: Item[];
  nextCursor?: Cursor | undefined;
}

export function listWorks(http: Http, cursor?: string): Promise<Page<Work>> {
  const query = cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`;
  return http.json('GET', `/api/works${query}`);
}

/** A Work without a title gets one from its first message; `language` is that of its template. */
export function createWork(http: Http, language: 'en' | 'zh'): Promise<Work> {
  return http.json('POST', '/api/works', { language });
}

export function getWork(http: Http, id: string): Promise<Work> {
  return http.json('GET', `/api/works/${id}`);
}

export function renameWork(http: Http, id: string, title: string): Promise<Work> {
  return http.json('PATCH', `/api/works/${id}`, { title });
}

export function deleteWork(http: Http, id: string): Promise<void> {
  return http.json('DELETE', `/api/works/${id}`);
}

/** Messages older than `cursor`, oldest first. */
export function olderMessages(http: Http, id: string, cursor: number): Promise<Page<Message, number>> {
  return http.json('GET', `/api/works/${id}/messages?cursor=${cursor}`);
}

export function getMeta(http: Http): Promise<Meta> {
  return http.json('GET', '/api/meta');
}
