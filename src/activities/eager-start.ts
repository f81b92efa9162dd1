/**
 * What a workflow will ask for next is known before it asks, and a workflow task takes longer than most file tools.
 * So the worker starts it eagerly: the first step of a turn whose message was just told of; after an answer, its calls
 * that only touch files, the first step of a code agent, and the step that follows. The claims in Postgres make each of
 * these the one attempt: the workflow's own activity finds it, waits for it, and goes on from what it stored.
 * Whatever becomes of it stands in the claim's row. Nothing is decided here: what is begun is what `whatNext` tells the
 * workflow to ask for, and at most one step is begun ahead of it.
 */
import { whatNext } from '../domain/next-step.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { stepEagerly } from './model-step.ts';
import { toolEagerly } from './run-tool.ts';
import type { ModelStep } from './types.ts';

/** Starts the turn of a message that was queued for a Work in which no turn runs. */
export function startTurn(deps: ActivityDependencies, workId: string): void {
  deps.claims.startEagerly(workId, () =>
    stepEagerly(deps, { workId, agent: 'main', turn: null, step: null }),
  );
}

/** Starts what follows an answer that was stored, as the workflow is being told of it. */
export function startAfter(
  deps: ActivityDependencies,
  { workId, agent }: { workId: string; agent: string },
  answer: ModelStep,
): void {
  if (answer.kind !== 'answered') return;
  const { turn } = answer;
  const next = whatNext(answer, { ...deps.limits, agent: agent === 'main' ? 'main' : 'code' });
  deps.claims.startEagerly(workId, async (isWanted) => {
    for (const { runner, calls } of next.groups) {
      // Code has slots of its own, which its queue gives out.
      if (runner === 'python' || !isWanted()) return;
      if (runner === 'agent') {
        const [call] = calls;
        if (call !== undefined) await stepEagerly(deps, { workId, agent: call.id, turn, step: 1 });
        return;
      }
      const done = await Promise.all(
        calls.map(({ id }) => toolEagerly(deps, { workId, turn, toolCallId: id })),
      );
      if (done.includes(false)) return;
    }
    if (isWanted() && next.afterwards.kind === 'ask')
      await stepEagerly(deps, { workId, agent, turn, step: next.afterwards.step });
  });
}
