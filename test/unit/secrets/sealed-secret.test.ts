import { randomBytes, randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { openSecret, sealSecret, UnreadableSecret } from '../../../src/secrets/sealed-secret.ts';

const secret = randomBytes(32);
const id = randomUUID();

test('A5: a sealed key opens again, and two seals of it have nothing in common', () => {
  const key = 'sk-Ünïcode-密钥';
  const [one, two] = [sealSecret(key, id, secret), sealSecret(key, id, secret)];
  expect(openSecret(one, id, secret)).toBe(key);
  expect(openSecret(two, id.toUpperCase(), secret)).toBe(key);
  expect(one.equals(two)).toBe(false);
  expect(one.includes(Buffer.from(key))).toBe(false);
});

test('A5: another row, another secret, a changed byte and a cut one open nothing, and the error tells nothing', () => {
  const sealed = sealSecret('sk-secret', id, secret);
  const changed = Buffer.from(sealed);
  changed[15] = (changed[15] ?? 0) ^ 1;
  const tries = [
    () => openSecret(sealed, randomUUID(), secret),
    () => openSecret(sealed, id, randomBytes(32)),
    () => openSecret(changed, id, secret),
    () => openSecret(sealed.subarray(0, -1), id, secret),
    () => openSecret(Buffer.of(2, ...sealed.subarray(1)), id, secret),
    () => openSecret(Buffer.alloc(0), id, secret),
  ];
  for (const attempt of tries) {
    expect(attempt).toThrow(UnreadableSecret);
    expect(attempt).not.toThrow(/sk-secret/);
  }
});
