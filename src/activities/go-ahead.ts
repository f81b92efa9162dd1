/**
 * What a workflow will ask for next is known before it asks, and a workflow task takes longer than most file tools.
 * So the worker begins it: the first step of a turn whose message was just told of; after an answer, its calls that
 * only touch files, the first step of a code agent, and the step that follows. The claims in Postgres make each of
 * these the one attempt: the workflow's own activity finds it, waits for it, and goes on from what it stored.
 * Whatever becomes of it stands in the claim's row. Nothing here decides anything: what the workflow would not ask
 * for next is not begun, and at most one step is begun ahead of it.
 */
import { groupsOf } from '../domain/calls.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { stepAhead } from './model-step.ts';
import { toolAhead } from './run-tool.ts';
import type { ModelStep } from './types.ts';

/** A message was queued for a Work in which no turn runs. */
export function turnAhead(deps: ActivityDependencies, workId: string): Promise<void> {
  return stepAhead(deps, { workId, agent: 'main', turn: null, step: null });
}

/** An answer was stored, and the workflow is being told of it. */
export function goAheadAfter(
  deps: ActivityDependencies,
  { workId, agent }: { workId: string; agent: string },
  answer: ModelStep,
): void {
  if (answer.kind !== 'answered' || answer.calls.length === 0) return;
  const { turn, step, calls } = answer;
  deps.headStarts.begin(workId, async (isWanted) => {
    for (const group of groupsOf(calls)) {
      const [first] = group;
      // Code has slots of its own, which its queue gives out.
      if (first === undefined || first.mode === 'python' || !isWanted()) return;
      if (first.mode === 'agent') {
        // A code agent that calls for another is told that there is no such tool: nobody will ask for a step of it.
        if (agent === 'main') await stepAhead(deps, { workId, agent: first.id, turn, step: 1 });
        return;
      }
      const done = await Promise.all(
        group.map(({ id }) => toolAhead(deps, { workId, turn, toolCallId: id })),
      );
      if (done.includes(false)) return;
    }
    if (isWanted() && step < deps.limits.maxSteps)
      await stepAhead(deps, { workId, agent, turn, step: step + 1 });
  });
}
