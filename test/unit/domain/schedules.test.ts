import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CronError, MONTHS, parseCron, WEEKDAYS } from '../../../src/domain/schedules/cron.ts';
import { knownTimeZone, nextTimes } from '../../../src/domain/schedules/next-times.ts';
import { missedOf } from '../../../src/jobs/schedules.ts';

const HOUR_MS = 3_600_000;

describe('H7: what a crontab says', () => {
  test.each([
    ['0 9 * * 1', { minute: 0, hours: [9], days: null, weekdays: [1] }],
    ['30 6-8,20 1 * *', { minute: 30, hours: [6, 7, 8, 20], days: [1], weekdays: null }],
    ['5 */8 * JAN-mar sun,7', { hours: [0, 8, 16], months: [1, 2, 3], weekdays: [0] }],
    ['0 20/2 31 * *', { hours: [20, 22], days: [31] }],
    ['0 0 30 2 mon', { days: [30], weekdays: [1] }],
  ])('%s', (text, cron) => {
    expect(parseCron(text)).toMatchObject(cron);
  });

  test.each([
    ['', 'five fields'],
    ['0 9 * *', 'five fields'],
    ['@daily', 'five fields'],
    ['* * * * *', 'once an hour'],
    ['0,30 * * * *', 'once an hour'],
    ['60 * * * *', 'once an hour'],
    ['0 24 * * *', '"24" is no hour'],
    ['0 9-8 * * *', '"9-8" is no hour'],
    ['0 9- * * *', '"9-" is no hour'],
    ['0 */0 * * *', '"*/0" is no hour'],
    ['0 9 0 * *', 'no day of the month'],
    ['0 9 * 13 *', 'no month'],
    ['0 9 * * 8', 'no day of the week'],
    ['0 9 * * someday', 'no day of the week'],
    ['0 9 31 4,6 *', 'never come'],
  ])('"%s" is refused in one sentence', (text, words) => {
    expect(() => parseCron(text)).toThrow(CronError);
    expect(() => parseCron(text)).toThrow(words);
  });
});

describe('H7: when it comes', () => {
  const next = (cron: string, timeZone: string, after: string, count = 3) =>
    nextTimes({ cron: parseCron(cron), timeZone }, Date.parse(after), count).map((time) =>
      new Date(time).toISOString().slice(0, 16),
    );

  test('by the clock of its time zone, through a change of that clock', () => {
    expect(next('0 9 * * mon', 'Europe/Berlin', '2027-03-20T00:00Z')).toEqual([
      '2027-03-22T08:00',
      '2027-03-29T07:00',
      '2027-04-05T07:00',
    ]);
  });

  test('a time that the clock leaves out does not come that day, one that it repeats comes once', () => {
    expect(next('30 2 * * *', 'Europe/Berlin', '2027-03-27T00:00Z')).toEqual([
      '2027-03-27T01:30',
      '2027-03-29T00:30',
      '2027-03-30T00:30',
    ]);
    expect(next('30 1 * * *', 'America/New_York', '2026-10-31T12:00Z', 2)).toEqual([
      '2026-11-01T05:30',
      '2026-11-02T06:30',
    ]);
  });

  test('where both kinds of day are named, on a day of either', () => {
    expect(next('0 0 15 * fri', 'UTC', '2026-12-10T00:00Z')).toEqual([
      '2026-12-11T00:00',
      '2026-12-15T00:00',
      '2026-12-18T00:00',
    ]);
  });

  test('the 29th of February comes however far it is', () => {
    expect(next('0 0 29 feb *', 'UTC', '2096-03-01T00:00Z', 1)).toEqual(['2104-02-29T00:00']);
  });

  test('SR-M10: whatever a crontab says, its times are in order, and an hour apart at least', () => {
    const some = (least: number, most: number) =>
      fc.uniqueArray(fc.integer({ min: least, max: most }), { minLength: 1, maxLength: 4 });
    const text = fc
      .tuple(fc.integer({ min: 0, max: 59 }), some(0, 23), some(1, 28), some(0, 11), some(0, 6))
      .map(
        ([minute, hours, days, months, weekdays]) =>
          `${minute} ${hours} ${days} ${months.map((month) => MONTHS[month])} ${weekdays.map((day) => WEEKDAYS[day])}`,
      );
    const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/Havana', 'Asia/Kolkata');
    fc.assert(
      fc.property(text, zone, fc.integer({ min: 1.7e12, max: 2.5e12 }), (cron, timeZone, after) => {
        const times = nextTimes({ cron: parseCron(cron), timeZone }, after, 6);
        expect(times).toHaveLength(6);
        for (const [nth, time] of times.entries())
          expect(time - (times[nth - 1] ?? after)).toBeGreaterThanOrEqual(nth === 0 ? 1 : HOUR_MS);
      }),
      { numRuns: 50 },
    );
  });

  test('time zones are known by their IANA names alone', () => {
    expect(knownTimeZone('asia/shanghai')).toBe('Asia/Shanghai');
    for (const name of ['+02:00', '-0500', 'Middle/Earth', '']) expect(knownTimeZone(name)).toBeUndefined();
  });
});

test('H7: what Temporal may have missed is taken, as far as it is not too late, and nothing while it is paused', () => {
  const now = Date.parse('2026-12-07T09:00:30Z');
  const since = (text: string, cron = '0 9 * * *', paused = false) =>
    missedOf({ cron, timeZone: 'UTC', paused, since: new Date(text) }, now);
  expect(since('2026-12-07T08:59:59Z')).toEqual({
    start: new Date('2026-12-07T08:59:59Z'),
    end: new Date(now),
  });
  expect(since('2026-12-07T09:00:00Z')).toBeUndefined();
  expect(since('2026-12-01T00:00:00Z')).toMatchObject({ start: new Date('2026-12-06T21:00:30Z') });
  expect(since('2026-12-01T00:00:00Z', '0 20 * * *')).toBeUndefined();
  expect(since('2026-12-01T00:00:00Z', '0 9 * * *', true)).toBeUndefined();
});
