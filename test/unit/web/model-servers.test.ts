import { expect, test } from '@jest/globals';
import { MODEL_SERVERS, serverOf } from '../../../web/src/pages/model-servers.ts';

test('V49: each server that can be picked has an address that /chat/completions is added to', () => {
  for (const { baseUrl, own } of MODEL_SERVERS) {
    const { protocol, hostname } = new URL(baseUrl);
    // What leaves one's own machine is encrypted.
    expect([baseUrl, protocol]).toEqual([baseUrl, own ? 'http:' : 'https:']);
    expect(hostname === '127.0.0.1').toBe(own === true);
    expect(baseUrl).not.toMatch(/\/$|chat\/completions/);
    expect(serverOf(` ${baseUrl}/ `)?.baseUrl).toBe(baseUrl);
  }
  expect(new Set(MODEL_SERVERS.map(({ baseUrl }) => baseUrl)).size).toBe(MODEL_SERVERS.length);
  expect(serverOf('https://api.example.com/v1')).toBeUndefined();
});
