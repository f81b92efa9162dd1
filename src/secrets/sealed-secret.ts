/**
 * What people entrust to this server, at rest (A5): AES-256-GCM, bound to the row that holds it, so that a sealed secret
 * that is copied into another row opens nothing there.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** The first byte says how the rest was made, for the day when that changes. */
const FORMAT = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

/** The secret cannot be had from what is stored: ENCRYPTION_KEY is another, or the bytes were changed or moved. */
export class UnreadableSecret extends Error {
  override name = 'UnreadableSecret';
}

/** Format, nonce, ciphertext, tag. `key` has 32 bytes; `rowId` is the id of the row that keeps it. */
export function sealSecret(secret: string, rowId: string, key: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(rowId.toLowerCase()));
  const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
  return Buffer.concat([Buffer.of(FORMAT), nonce, text, cipher.getAuthTag()]);
}

/** @throws UnreadableSecret, which says nothing of the secret */
export function openSecret(sealed: Buffer, rowId: string, key: Buffer): string {
  if (sealed[0] !== FORMAT || sealed.length < 1 + NONCE_BYTES + TAG_BYTES) {
    throw new UnreadableSecret('the stored secret has a form that is not known here');
  }
  const nonce = sealed.subarray(1, 1 + NONCE_BYTES);
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(rowId.toLowerCase()));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    const text = sealed.subarray(1 + NONCE_BYTES, -TAG_BYTES);
    return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8');
  } catch {
    throw new UnreadableSecret('the stored secret does not open with this ENCRYPTION_KEY');
  }
}
