import { randomBytes, randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { openKey, sealKey, UnreadableKey } from '../../../src/llm/sealed-key.ts';

const secret = randomBytes(32);
const id = randomUUID();

test('A5: a sealed key opens again, and two seals of it have nothing in common', () => {
  const key = 'sk-Ünïcode-密钥';
  const [one, two] = [sealKey(key, id, secret), sealKey(key, id, secret)];
  expect(openKey(one, id, secret)).toBe(key);
  expect(openKey(two, id.toUpperCase(), secret)).toBe(key);
  expect(one.equals(two)).toBe(false);
  expect(one.includes(Buffer.from(key))).toBe(false);
});

test('A5: another row, another secret, a changed byte and a cut one open nothing, and the error tells nothing', () => {
  const sealed = sealKey('sk-secret', id, secret);
  const changed = Buffer.from(sealed);
  changed[15] = (changed[15] ?? 0) ^ 1;
  const tries = [
    () => openKey(sealed, randomUUID(), secret),
    () => openKey(sealed, id, randomBytes(32)),
    () => openKey(changed, id, secret),
    () => openKey(sealed.subarray(0, -1), id, secret),
    () => openKey(Buffer.of(2, ...sealed.subarray(1)), id, secret),
    () => openKey(Buffer.alloc(0), id, secret),
  ];
  for (const attempt of tries) {
    expect(attempt).toThrow(UnreadableKey);
    expect(attempt).not.toThrow(/sk-secret/);
  }
});
