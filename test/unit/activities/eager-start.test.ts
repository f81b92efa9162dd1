import { expect, test } from '@jest/globals';
import { createEagerStarts, type EagerRun } from '../../../src/activities/claims/eager-starts.ts';
import type { ActivityDependencies } from '../../../src/activities/dependencies.ts';
import { goOnAfter } from '../../../src/activities/eager-start.ts';
import type { ModelStep } from '../../../src/activities/types.ts';
import type { Answered } from '../../../src/domain/next-step.ts';

const MAIN = { workId: 'a-work', agent: 'main' };

const answer = (step: number, labels: string[] = ['tree']): Answered => ({
  kind: 'answered',
  turn: 1,
  step,
  calls: labels.map((label) => ({ id: label, label, mode: 'read' })),
  finish: 'tool_calls',
  inputTokens: 1,
  outputTokens: 1,
  ended: false,
  queued: false,
});

/** The dependencies of an activity beside whom `run` goes on. */
function beside(run: (mine: EagerRun) => Promise<void>) {
  const starts = createEagerStarts(() => {});
  starts.open();
  starts.begin(MAIN, { turn: 1, step: 0 }, run);
  return { claims: { startEagerly: starts.begin } } as unknown as ActivityDependencies;
}

const after = (deps: ActivityDependencies, of: ModelStep, momentMs = 60_000) =>
  goOnAfter(deps, MAIN, of, momentMs);

test('B4: the workflow is told of the last answer that came in a moment, and by name of what was done before it', async () => {
  const deps = beside(async (run) => {
    run.answers.push(answer(1), answer(2, ['read_file a.md', 'tree', 'tree', 'tree', 'tree']), answer(3, []));
  });
  expect(await after(deps, answer(1))).toEqual({
    ...answer(3, []),
    before: ['step 1: tree', 'step 2: read_file a.md, tree, tree, 2 more'],
  });
});

test('B4: what takes longer than a moment goes on while the workflow is told of what there is', async () => {
  const over = Promise.withResolvers<void>();
  let run: EagerRun | undefined;
  const deps = beside(async (mine) => {
    run = mine;
    mine.answers.push(answer(1), answer(2));
    await over.promise;
  });
  expect(await after(deps, answer(1), 1)).toMatchObject({ step: 2, before: ['step 1: tree'] });
  expect(run?.isAwaited).toBe(false);
  // The activity of the next step finds the same run.
  over.resolve();
  expect(await after(deps, answer(2))).toEqual(answer(2));
});

test('R5: whatever is no answer is told as it is, and nothing begins after it', async () => {
  const deps = {
    claims: { startEagerly: () => expect(true).toBe(false) },
  } as unknown as ActivityDependencies;
  for (const end of [{ kind: 'idle' }, { kind: 'stopped', turn: 1 }] as const) {
    expect(await after(deps, end)).toBe(end);
  }
});
