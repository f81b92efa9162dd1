/**
 * What a workflow will ask for next is known before it asks, and a workflow task takes longer than most file tools.
 * So the worker begins it: the first step of a turn whose message was just told of; after an answer, its calls that
 * only touch files, the first step of a code agent, and the step that follows. The claims in Postgres make each of
 * these the one attempt: the workflow's own activity finds it, waits for it, and goes on from what it stored.
 * Whatever becomes of it stands in the claim's row. Nothing here decides anything: what the workflow would not ask
 * for next is not begun, and at most one step is begun ahead of it.
 */
import { whatNext } from '../domain/next-step.ts';
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
  if (answer.kind !== 'answered') return;
  const { turn } = answer;
  const next = whatNext(answer, { ...deps.limits, agent: agent === 'main' ? 'main' : 'code' });
  deps.headStarts.begin(workId, async (isWanted) => {
    for (const { runner, calls } of next.groups) {
      // Code has slots of its own, which its queue gives out.
      if (runner === 'python' || !isWanted()) return;
      if (runner === 'agent') {
        const [call] = calls;
        if (call !== undefined) await stepAhead(deps, { workId, agent: call.id, turn, step: 1 });
        return;
      }
      const done = await Promise.all(
        calls.map(({ id }) => toolAhead(deps, { workId, turn, toolCallId: id })),
      );
      if (done.includes(false)) return;
    }
    if (isWanted() && next.afterwards.kind === 'ask')
      await stepAhead(deps, { workId, agent, turn, step: next.afterwards.step });
  });
}
