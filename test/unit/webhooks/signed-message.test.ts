/** I9: what is sent is what Standard Webhooks' own library takes for genuine. */
import { expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { MOST_ATTEMPTS, pauseBehind } from '../../../src/domain/webhooks.ts';
import { newWebhookSecret, signedMessage } from '../../../src/webhooks/signed-message.ts';

const MESSAGE = {
  id: 'f1',
  type: 'turn.completed',
  at: '2026-11-30T20:00:00.000Z',
  data: { title: '圆周率' },
};

test('I9: the official library verifies a message, and none that was changed, is old or of another secret', () => {
  const secret = newWebhookSecret();
  const { headers, body } = signedMessage(MESSAGE, [secret], Date.now());
  const { id: _, at, ...told } = MESSAGE;
  expect(new Webhook(secret).verify(body, headers)).toEqual({ ...told, timestamp: at });
  expect(() => new Webhook(secret).verify(body.replace('圆', '方'), headers)).toThrow();
  expect(() => new Webhook(newWebhookSecret()).verify(body, headers)).toThrow();
  const old = signedMessage(MESSAGE, [secret], Date.now() - 600_000);
  expect(() => new Webhook(secret).verify(old.body, old.headers)).toThrow();
});

test('I9: while a secret is replaced, whoever knows either of the two can verify', () => {
  const secrets = [newWebhookSecret(), newWebhookSecret()];
  const { headers, body } = signedMessage(MESSAGE, secrets, Date.now());
  for (const secret of secrets) expect(() => new Webhook(secret).verify(body, headers)).not.toThrow();
});

test('I9: pauses grow, differ from one delivery to another, and end after about a day', () => {
  const pauses = Array.from({ length: MOST_ATTEMPTS - 1 }, (_, at) => pauseBehind(at + 1, 0) as number);
  expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
  expect(pauseBehind(3, 1)).toBeGreaterThan(pauseBehind(3, 0) as number);
  const hours = pauses.reduce((sum, pause) => sum + pause, 0) / 3_600_000;
  expect(hours).toBeGreaterThan(20);
  expect(hours).toBeLessThan(30);
  expect(pauseBehind(MOST_ATTEMPTS, 0.5)).toBeUndefined();
});
