/**
 * What a workflow will ask for next is known before it asks, and a workflow task takes longer than most file tools.
 * So the worker starts it eagerly: the first step of a turn whose message was just told of, and after each answer its
 * calls that only touch files, the steps of a code agent, and the step that follows. The claims in Postgres make each of
 * these the one attempt: the workflow's own activity finds it, waits for it, and goes on from what it stored. Whatever
 * becomes of it stands in the claim's row. Nothing is decided here: what is begun is what `whatNext` tells the workflow
 * to ask for, and so many steps ahead of it at most. A stop ends what runs and refuses what comes next, and steering
 * messages are taken by whoever claims a step, so neither has to wait for the workflow to come along.
 */
import { whatNext } from '../domain/next-step.ts';
import { askOfCall } from './ask-person.ts';
import type { EagerRun } from './claims/eager-starts.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { stepEagerly } from './model-step.ts';
import { toolEagerly } from './run-tool.ts';
import type { ModelStep } from './types.ts';

/**
 * Steps that are begun beyond the last of which the workflow was told. A workflow that is behind walks over what is
 * stored, at some 30 ms a step; one that never comes (Temporal is away) leaves a turn begun, and no more.
 */
export const STEPS_AHEAD = 8;

interface AgentOf {
  workId: string;
  agent: string;
}

/** Starts the turn of a message that was queued for a Work in which no turn runs. */
export function startTurn(deps: ActivityDependencies, workId: string): void {
  startAgent(deps, { workId, agent: 'main' }, { turn: null, step: null });
}

/** Starts what follows an answer that was stored, as the workflow is being told of it. */
export function startAfter(deps: ActivityDependencies, of: AgentOf, answer: ModelStep): void {
  if (answer.kind !== 'answered') return;
  const { turn, step } = answer;
  deps.claims.startEagerly(of, { turn, step }, (run) => goOn(deps, of, answer, run));
}

/** Starts an agent's first step in a turn. */
function startAgent(
  deps: ActivityDependencies,
  of: AgentOf,
  at: { turn: number | null; step: number | null },
): void {
  deps.claims.startEagerly(of, { turn: at.turn, step: 0 }, async (run) =>
    goOn(deps, of, await stepEagerly(deps, { ...of, ...at }), run),
  );
}

/** Does what follows an answer, and what follows the answer to that, as long as nobody else is at it. */
async function goOn(
  deps: ActivityDependencies,
  of: AgentOf,
  first: ModelStep | undefined,
  run: EagerRun,
): Promise<void> {
  const agent = of.agent === 'main' ? 'main' : 'code';
  for (let answer = first; answer?.kind === 'answered'; ) {
    const { turn } = answer;
    run.workflow.turn = turn;
    const { groups, afterwards } = whatNext(answer, { ...deps.limits, agent });
    for (const { runner, calls } of groups) {
      // Code has slots of its own, which its queue gives out.
      if (runner === 'python' || !run.isWanted()) return;
      if (runner === 'person') {
        for (const { id } of calls) {
          // A person answers whenever they like: only the workflow waits for that.
          const asked = await askOfCall(deps, { workId: of.workId, turn, toolCallId: id });
          if (asked.kind !== 'done') return;
        }
        continue;
      }
      if (runner === 'agent') {
        const [call] = calls;
        if (call !== undefined) startAgent(deps, { ...of, agent: call.id }, { turn, step: 1 });
        return;
      }
      const done = await Promise.all(
        calls.map(({ id }) => toolEagerly(deps, { workId: of.workId, turn, toolCallId: id })),
      );
      if (done.includes(false)) return;
    }
    if (afterwards.kind !== 'ask' || afterwards.step > run.workflow.step + STEPS_AHEAD) return;
    if (!run.isWanted()) return;
    answer = await stepEagerly(deps, { ...of, turn, step: afterwards.step });
  }
}
