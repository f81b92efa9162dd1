/**
 * Keys of model servers at rest (A5): AES-256-GCM, bound to the row that holds them, so that a sealed key that is
 * copied into another row opens nothing there.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** The first byte says how the rest was made, for the day when that changes. */
const FORMAT = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

/** The key cannot be had from what is stored: ENCRYPTION_KEY is another, or the bytes were changed or moved. */
export class UnreadableKey extends Error {
  override name = 'UnreadableKey';
}

/** Format, nonce, ciphertext, tag. `secret` has 32 bytes; `rowId` is the id of the row that keeps it. */
export function sealKey(apiKey: string, rowId: string, secret: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, secret, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(rowId.toLowerCase()));
  const text = Buffer.concat([cipher.update(apiKey, 'utf8'), cipher.final()]);
  return Buffer.concat([Buffer.of(FORMAT), nonce, text, cipher.getAuthTag()]);
}

/** @throws UnreadableKey, which says nothing of the key */
export function openKey(sealed: Buffer, rowId: string, secret: Buffer): string {
  if (sealed[0] !== FORMAT || sealed.length < 1 + NONCE_BYTES + TAG_BYTES) {
    throw new UnreadableKey('the stored key has a form that is not known here');
  }
  const nonce = sealed.subarray(1, 1 + NONCE_BYTES);
  const decipher = createDecipheriv(CIPHER, secret, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(rowId.toLowerCase()));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    const text = sealed.subarray(1 + NONCE_BYTES, -TAG_BYTES);
    return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8');
  } catch {
    throw new UnreadableKey('the stored key does not open with this ENCRYPTION_KEY');
  }
}
