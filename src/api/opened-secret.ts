/** A stored secret, opened for a route. */
import { openSecret, UnreadableSecret } from '../secrets/sealed-secret.ts';
import { ApiError } from './api-error.ts';

/**
 * @param id what it was sealed with: of whom it belongs to
 * @param otherwise what the person is to do where it cannot be opened any more
 * @throws ApiError conflict, which says `otherwise`
 */
export function openedSecret(sealed: Buffer, id: string, key: Buffer, otherwise: string): string {
  try {
    return openSecret(sealed, id, key);
  } catch (error) {
    if (!(error instanceof UnreadableSecret)) throw error;
    throw new ApiError('conflict', otherwise);
  }
}
