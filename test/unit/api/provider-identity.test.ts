/** H9: whom a provider's words are about, by what the ID token and the userinfo endpoint say of an address. */
import { expect, test } from '@jest/globals';
import { identityOf } from '../../../src/api/auth/identity-provider.ts';

const token = { iss: 'https://id.example', sub: 'ada', aud: 'paperagent', iat: 0, exp: 1 };
const proven = { email: 'ada@example.org', email_verified: true };

test('H9: an address counts by the proof that came with it, not by another address’s', () => {
  const emailOf = (claims: object, userinfo: object) => identityOf({ ...token, ...claims }, userinfo).email;
  expect(emailOf(proven, { email: 'boss@example.org' })).toBeUndefined();
  expect(emailOf({ email: 'boss@example.org' }, { email_verified: true })).toBeUndefined();
  expect(emailOf(proven, { email: 'boss@example.org', email_verified: false })).toBeUndefined();
  expect(emailOf(proven, {})).toBe('ada@example.org');
  expect(emailOf({}, proven)).toBe('ada@example.org');
  expect(emailOf({ email: 'old@example.org' }, proven)).toBe('ada@example.org');
});

test('H9: issuer and subject are the ID token’s, whatever else is told', () => {
  const { issuer, subject, name } = identityOf(token, {
    iss: 'https://evil.example',
    sub: 'eve',
    name: 'Ada',
  });
  expect([issuer, subject, name]).toEqual([token.iss, 'ada', 'Ada']);
});
