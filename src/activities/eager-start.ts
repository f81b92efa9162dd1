/**
 * What a workflow will ask for next is known before it asks, and a workflow task takes longer than most file tools.
 * So the worker starts it eagerly: the first step of a turn whose message was just told of, and after each answer its
 * calls that only touch files, the steps of a code agent, and the step that follows. The claims in Postgres make each of
 * these the one attempt: the workflow's own activity finds it, waits for it, and goes on from what it stored. Whatever
 * becomes of it stands in the claim's row. Nothing is decided here: what is begun is what `whatNext` tells the workflow
 * to ask for, and so many steps ahead of it at most. An activity that has an answer waits a moment for what follows it, and
 * tells the workflow of the last: steps that take no time take none of Temporal's. A stop ends what runs and refuses what comes next, and steering
 * messages are taken by whoever claims a step, so neither has to wait for the workflow to come along.
 */
import type { ToolClaim } from '../db/tool-calls.ts';
import { type Answered, whatNext } from '../domain/next-step.ts';
import { askOfCall } from './ask-person.ts';
import { comesWithin } from './claims/comes-within.ts';
import type { EagerRun } from './claims/eager-starts.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { stepEagerly } from './model-step.ts';
import { reviewEagerly } from './review/review-step.ts';
import { toolEagerly } from './run-tool.ts';
import type { ModelStep, ReviewInput } from './types.ts';

/**
 * Steps that are begun beyond the last of which the workflow was told. A workflow that is behind walks over what is
 * stored, at some 30 ms a step; one that never comes (Temporal is away) leaves a turn begun, and no more.
 */
export const STEPS_AHEAD = 8;

/**
 * Milliseconds that an activity gives to what follows its answer. Long enough for many steps whose model is quick; short
 * enough that the workflow, and whoever looks at it, is told of each that is not.
 */
const MOMENT_MS = 2_000;

/** Calls of an answer of which Temporal's UI is told by name. */
const CALLS_NAMED = 3;

interface AgentOf {
  workId: string;
  agent: string;
}

/** Starts the turn of a message that was queued for a Work in which no turn runs. */
export function startTurn(deps: ActivityDependencies, workId: string): void {
  startAgent(deps, { workId, agent: 'main' }, { turn: null, step: null });
}

/**
 * Starts what follows an answer that was stored, and gives it a moment, so that steps that take next to no time cost the
 * workflow nothing: it is told of the last answer that came meanwhile, with what was done before it. What does not end
 * in that time goes on, as what was started eagerly; and what ends otherwise than with an answer, the workflow meets
 * when it asks for what comes next.
 */
export async function goOnAfter(
  deps: ActivityDependencies,
  of: AgentOf,
  answer: ModelStep,
  momentMs = MOMENT_MS,
): Promise<ModelStep> {
  if (answer.kind !== 'answered') return answer;
  const { turn, step } = answer;
  const run = deps.claims.startEagerly(of, { turn, step }, (mine) => goOn(deps, of, answer, mine));
  if (run === undefined) return answer;
  run.isAwaited = true;
  await comesWithin(run.ended, momentMs);
  run.isAwaited = false;
  const passed = run.answers.filter((one) => one.step >= step);
  const last = passed.pop();
  return last === undefined || passed.length === 0 ? answer : { ...last, before: passed.map(inWords) };
}

/** An answer that was gone on from, in a line for Temporal's UI. */
function inWords({ step, calls }: Answered): string {
  const named = calls.slice(0, CALLS_NAMED).map(({ label }) => label);
  const others = calls.length - named.length;
  return `step ${step}: ${[...named, ...(others > 0 ? [`${others} more`] : [])].join(', ')}`;
}

/** Starts what follows a review that sent the paper back, as the workflow is being told of it. */
export function startAfterReview(
  deps: ActivityDependencies,
  { workId, turn, after }: ReviewInput,
  said: ModelStep,
): void {
  if (said.kind !== 'answered' || said.ended) return;
  const of = { workId, agent: 'main' };
  deps.claims.startEagerly(of, { turn, step: after }, async (run) =>
    goOn(deps, of, { turn, step: after + 1 }, run),
  );
}

/** Starts an agent's first step in a turn. */
function startAgent(
  deps: ActivityDependencies,
  of: AgentOf,
  at: { turn: number | null; step: number | null },
): void {
  deps.claims.startEagerly(of, { turn: at.turn, step: 0 }, (run) => goOn(deps, of, at, run));
}

/**
 * Does what follows an answer, or takes a step and does what follows that, and so on, as long as nobody else is at it.
 * The calls that come first behind an answer are claimed in the statement that stores it.
 */
async function goOn(
  deps: ActivityDependencies,
  of: AgentOf,
  from: Answered | { turn: number | null; step: number | null },
  run: EagerRun,
): Promise<void> {
  const agent = of.agent === 'main' ? 'main' : 'code';
  const isAwaited = () => run.isAwaited;
  let claimed: ReadonlyMap<string, ToolClaim> = new Map();
  const take = async (at: { turn: number | null; step: number | null }) => {
    claimed = new Map();
    return await stepEagerly(deps, { ...of, ...at }, isAwaited, (calls) => {
      claimed = calls;
    });
  };
  let answer: ModelStep | undefined = 'kind' in from ? from : await take(from);
  while (answer?.kind === 'answered') {
    const { turn } = answer;
    run.workflow.turn = turn;
    run.answers.push(answer);
    const { groups, afterwards } = whatNext(answer, { ...deps.limits, agent });
    for (const { runner, calls } of groups) {
      // Code has slots of its own, which its queue gives out. What is claimed is done, or handed over, also at the end.
      if (runner === 'python' || !(run.isWanted() || calls.some(({ id }) => claimed.has(id)))) return;
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
        calls.map(({ id }) =>
          toolEagerly(deps, { workId: of.workId, turn, toolCallId: id }, isAwaited, claimed.get(id)),
        ),
      );
      if (done.includes(false)) return;
    }
    if (afterwards.kind === 'limit' || afterwards.kind === 'end') return;
    if (afterwards.step > run.workflow.step + STEPS_AHEAD || !run.isWanted()) return;
    if (afterwards.kind === 'review') {
      const input = { workId: of.workId, turn, round: afterwards.round, after: answer.step };
      const said = await reviewEagerly(deps, input, isAwaited);
      if (said?.kind !== 'answered' || said.ended || !run.isWanted()) return;
    }
    answer = await take({ turn, step: afterwards.step });
  }
}
