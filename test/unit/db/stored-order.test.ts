import { expect, test } from '@jest/globals';
import { inStoredOrder } from '../../../src/db/stored-order.ts';

test('M1: a value is written as it will be when it comes back from its column', () => {
  const given = { properties: { ab: [{ type: 1, enum: [2] }], é: 0, z: 1 }, type: 'x', required: null };
  // As Postgres writes it: select '…'::jsonb.
  expect(JSON.stringify(inStoredOrder(given))).toBe(
    '{"type":"x","required":null,"properties":{"z":1,"ab":[{"enum":[2],"type":1}],"é":0}}',
  );
});
