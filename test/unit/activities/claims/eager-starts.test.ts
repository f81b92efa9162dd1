import { expect, test } from '@jest/globals';
import { createEagerStarts, type EagerRun } from '../../../../src/activities/claims/eager-starts.ts';

const MAIN = { workId: 'a-work', agent: 'main' };

function opened() {
  const failures: unknown[] = [];
  const starts = createEagerStarts((_workId, error) => failures.push(error));
  starts.open();
  return { starts, failures };
}

test('B4: one run at a time goes ahead of a workflow, and hears how far that is', async () => {
  const { starts } = opened();
  const over = Promise.withResolvers<void>();
  const runs: EagerRun[] = [];
  const begin = (turn: number | null, step: number, of = MAIN) =>
    starts.begin(of, { turn, step }, async (run) => {
      runs.push(run);
      await over.promise;
    });
  begin(1, 1);
  begin(1, 3);
  begin(1, 2);
  expect(runs.map(({ workflow }) => workflow)).toEqual([{ turn: 1, step: 3 }]);
  // Another agent, another turn, and one that is not known yet are something else.
  begin(1, 0, { ...MAIN, agent: 'a-call' });
  begin(2, 1);
  begin(null, 0);
  expect(runs).toHaveLength(4);
  over.resolve();
  await starts.close();
});

test('B4: whoever begins what is under way is given it, and hears when it has ended', async () => {
  const { starts } = opened();
  const over = Promise.withResolvers<void>();
  const run = starts.begin(MAIN, { turn: 1, step: 1 }, () => over.promise);
  expect(starts.begin(MAIN, { turn: 1, step: 2 }, async () => {})).toBe(run);
  over.resolve();
  await run?.ended;
  expect(starts.begin(MAIN, { turn: 1, step: 2 }, async () => {})).not.toBe(run);
  await starts.close();
  expect(starts.begin(MAIN, { turn: 1, step: 3 }, async () => {})).toBeUndefined();
});

test('B4: where none runs any more the next begins, also after one that failed', async () => {
  const { starts, failures } = opened();
  let begun = 0;
  const fail = async () => {
    begun += 1;
    throw new Error('the model is away');
  };
  starts.begin(MAIN, { turn: 1, step: 1 }, fail);
  await new Promise(setImmediate);
  starts.begin(MAIN, { turn: 1, step: 2 }, fail);
  await starts.close();
  expect({ begun, failures: failures.length }).toEqual({ begun: 2, failures: 2 });
});

test('D7: before it is opened and once it closes nothing begins, and what runs is told that it is not wanted', async () => {
  const never = async () => {
    throw new Error('begun');
  };
  const { starts, failures } = opened();
  let run: EagerRun | undefined;
  starts.begin(MAIN, { turn: 1, step: 1 }, async (mine) => {
    run = mine;
  });
  expect(run?.isWanted()).toBe(true);
  await starts.close();
  expect(run?.isWanted()).toBe(false);
  starts.begin(MAIN, { turn: 1, step: 1 }, never);
  createEagerStarts(() => {}).begin(MAIN, { turn: 1, step: 1 }, never);
  await starts.close();
  expect(failures).toEqual([]);
});
