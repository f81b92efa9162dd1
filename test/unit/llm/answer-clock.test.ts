import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { type AnswerState, startAnswerClock } from '../../../src/llm/answer-clock.ts';

const TIMEOUTS = { firstTokenMs: 300_000, stallMs: 300_000 };
const BEGINNING: AnswerState = {
  sawToken: false,
  isBusy: false,
  isFinished: false,
  finishedEarly: false,
  received: 0,
};

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** A clock in the hands of the test; `late` is what it rang for. */
function clockOf(state: Partial<AnswerState>, timeouts = TIMEOUTS) {
  const late: [string, number][] = [];
  const now = { ...BEGINNING, ...state };
  const clock = startAnswerClock(
    timeouts,
    1,
    () => now,
    (why, ms) => late.push([why, ms / 1_000]),
  );
  return { clock, now, late, pass: (seconds: number) => jest.advanceTimersByTime(seconds * 1_000) };
}

test('M16: silence counts as a stall after 300 s, and after 600 s where a call has begun or the model reasons', () => {
  for (const [state, seconds] of [
    [{}, 300],
    [{ sawToken: true }, 300],
    [{ sawToken: true, isBusy: true }, 600],
  ] as const) {
    const { late, pass } = clockOf(state);
    pass(seconds - 1);
    expect(late).toEqual([]);
    pass(1);
    expect(late).toEqual([['sawToken' in state ? 'silence' : 'no token', seconds]]);
  }
});

test('M16: comments and empty events are life, for ten minutes', () => {
  const { clock, late, pass } = clockOf({ sawToken: true });
  for (let seconds = 0; seconds < 590; seconds += 10) {
    pass(10);
    clock.alive();
  }
  expect(late).toEqual([]);
  pass(10);
  expect(late).toEqual([['silence', 600]]);
});

test('M16: arguments that come whole after 329 s of silence, behind a long reasoning, are waited for', () => {
  const { clock, now, late, pass } = clockOf({});
  pass(290);
  Object.assign(now, { sawToken: true, isBusy: true, received: 10 });
  clock.moved();
  pass(590);
  expect(late).toEqual([]);
  clock.stop();
  pass(10_000);
  expect(late).toEqual([]);
});

test('M16: silence counts from the first token on, and from the end of a call, by the shorter time that is due then', () => {
  const answer = clockOf({}, { firstTokenMs: 900_000, stallMs: 60_000 });
  answer.pass(10);
  Object.assign(answer.now, { sawToken: true, isBusy: true });
  answer.clock.moved();
  answer.pass(10);
  answer.now.isBusy = false;
  answer.clock.moved();
  answer.pass(59);
  expect(answer.late).toEqual([]);
  answer.pass(1);
  expect(answer.late).toEqual([['silence', 60]]);
});

test('M16: a clock that was stopped rings no more, whatever is told of the answer behind its end', () => {
  const { clock, now, late, pass } = clockOf({});
  clock.stop();
  now.sawToken = true;
  clock.moved();
  expect(jest.getTimerCount()).toBe(0);
  pass(10_000);
  expect(late).toEqual([]);
});

test('M16: an answer that drips ends within the time that its length may take', () => {
  const { clock, now, late, pass } = clockOf({ sawToken: true, isBusy: true });
  let seconds = 0;
  for (; late.length === 0 && seconds < 10_000; seconds += 60) {
    pass(60);
    now.received += 1;
    clock.moved();
  }
  expect(late[0]?.[0]).toBe('no end');
  expect(seconds).toBeLessThanOrEqual(1_000);
});
