/** What a person takes back of what they said (docs/protocol.md, REST). */
import type { z } from 'zod';
import type { accepted, messageChange } from '../../../src/protocol/works.ts';
import type { Http } from './http.ts';

const address = (workId: string, id: string) => `/api/works/${workId}/messages/${id}`;

/** Changes a message while it is queued. @throws ApiError conflict once a turn has taken it */
export function changeMessage(
  http: Http,
  workId: string,
  id: string,
  change: z.infer<typeof messageChange>,
): Promise<void> {
  return http.json('PATCH', address(workId, id), change);
}

/** Withdraws a queued message. @throws ApiError conflict once a turn has taken it */
export function withdrawMessage(http: Http, workId: string, id: string): Promise<void> {
  return http.json('DELETE', address(workId, id));
}

/** The files as they were at a message, a person's own changes since to these paths included. */
export interface FilesAgain {
  taken: string[];
}

/** Runs the conversation again from that message, which `newId` replaces; without `text` in the same words. */
export function rerunMessage(
  http: Http,
  workId: string,
  id: string,
  again: { newId: string; text?: string; files?: FilesAgain | undefined },
): Promise<z.infer<typeof accepted>> {
  const text = again.text === undefined ? {} : { text: again.text };
  return http.json('POST', `${address(workId, id)}/rerun`, {
    id: again.newId,
    ...text,
    ...(again.files === undefined ? {} : { files: 'restore', taken: again.files.taken }),
  });
}

/** A new Work that ends with that message, with the files as they were there. */
export function branchWork(http: Http, workId: string, id: string): Promise<{ id: string }> {
  return http.json('POST', `/api/works/${workId}/duplicate`, { throughMessageId: id });
}
