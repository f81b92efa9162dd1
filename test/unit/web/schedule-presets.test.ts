import { expect, test } from '@jest/globals';
import { cronOf, FIRST, presetOf } from '../../../web/src/schedules/presets.ts';

test.each([
  ['0 9 * * *', { kind: 'day', time: '09:00' }],
  ['30 17 * * 1,5', { kind: 'week', time: '17:30', weekdays: [1, 5] }],
  ['5 0 31 * *', { kind: 'month', time: '00:05', day: 31 }],
  ['0 9,17 * * *', { kind: 'own' }],
  ['0 9 1 1 *', { kind: 'own' }],
  ['0 9 1 * mon', { kind: 'own' }],
  ['0 9 1,15 * *', { kind: 'own' }],
])('H7: the crontab %s is shown as what chose it, and is the same again', (cron, preset) => {
  expect(presetOf(cron)).toMatchObject(preset);
  expect(cronOf(presetOf(cron))).toBe(cron);
});

test('H7: a new schedule begins with each Monday morning', () => {
  expect(cronOf(FIRST)).toBe('0 9 * * 1');
});
