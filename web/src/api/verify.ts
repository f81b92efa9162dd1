/** A Work's runs made again (docs/verify.md). */
import type { z } from 'zod';
import type { verifyInfo } from '../../../src/protocol/verify.ts';
import { ApiError } from './api-error.ts';
import type { Http } from './http.ts';

const LOOK_EVERY_MS = 700;

export type Verification = z.infer<typeof verifyInfo>;

/**
 * Orders it and waits, for as long as the server is at it.
 * @throws ApiError; the signal's reason when it is aborted, which stops it at the server too
 */
export async function verify(
  http: Http,
  workId: string,
  mode: Verification['mode'],
  { onLook, signal }: { onLook: (now: Verification) => void; signal: AbortSignal },
): Promise<void> {
  const path = `/api/works/${workId}/verify`;
  const { id } = await http.json<{ id: string }>('POST', path, { mode });
  for (;;) {
    if (signal.aborted) {
      await http.json('DELETE', `${path}/${id}`).catch(gone);
      signal.throwIfAborted();
    }
    const now = await http.json<Verification>('GET', `${path}/${id}`);
    onLook(now);
    if (now.state !== 'running') return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** What is gone already needs no stop. */
function gone(error: unknown): void {
  if (!(error instanceof ApiError && error.status === 404)) throw error;
}
