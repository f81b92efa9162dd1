/** The REST calls about shared links: their owner's, and those of whoever reads by one (docs/sharing.md). */
import type { z } from 'zod';
import type { fileList } from '../../../src/protocol/files.ts';
import type { madeShare, newShare, share, sharedPage } from '../../../src/protocol/shares.ts';
import type { messagePage } from '../../../src/protocol/works.ts';
import { encoded } from './files.ts';
import { type Http, request } from './http.ts';

export type Share = z.infer<typeof share>;
export type MadeShare = z.infer<typeof madeShare>;
export type SharedPage = z.infer<typeof sharedPage>;

export async function listShares(http: Http, workId: string): Promise<Share[]> {
  return (await http.json<{ items: Share[] }>('GET', `/api/works/${workId}/shares`)).items;
}

/** The answer alone has the address. */
export function makeShare(http: Http, workId: string, wish: z.input<typeof newShare>): Promise<MadeShare> {
  return http.json('POST', `/api/works/${workId}/shares`, wish);
}

export function endShare(http: Http, workId: string, id: string): Promise<void> {
  return http.json('DELETE', `/api/works/${workId}/shares/${id}`);
}

/** Whoever reads by a link says nothing of themselves, also where they are signed in. */
export const reader: Pick<Http, 'raw'> = {
  raw: (path, signal, headers = {}) => request(path, { signal, headers }),
};

const addressOf = (token: string) => `/api/shares/${encodeURIComponent(token)}`;

export const sharedEvents = (token: string) => `${addressOf(token)}/events`;
export const sharedFile = (token: string, path: string) => `${addressOf(token)}/files/${encoded(path)}`;

async function read<T>(path: string): Promise<T> {
  return (await (await reader.raw(path)).json()) as T;
}

export const readShared = (token: string) => read<SharedPage>(addressOf(token));
export const listSharedFiles = (token: string) => read<z.infer<typeof fileList>>(`${addressOf(token)}/files`);
export const olderShared = (token: string, before: number) =>
  read<z.infer<typeof messagePage>>(`${addressOf(token)}/messages?cursor=${before}`);
