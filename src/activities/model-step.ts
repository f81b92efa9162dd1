/**
 * One step of an agent: claim it, attempt it, or wait for whoever does (R3-R7, D6). An answer that is stored is never
 * asked for again; an attempt that lives is waited for, not doubled.
 */
import { ApplicationFailure } from '@temporalio/activity';
import { claimStep, stepKey } from '../db/turns.ts';
import { mayAsk } from '../domain/next-step.ts';
import { ahead, claimant, framed, waitForHolder } from './activity-frame.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { historyAtTurnsEnd } from './history.ts';
import type { ServingModel } from './serving-models.ts';
import { answered, attemptStep } from './step-attempt.ts';
import { FAILURE, type ModelStep, type ModelStepInput } from './types.ts';

const CRASHED = 'a step brought too many workers down: it is given up and fails its turn';

/** `onAnswer` is told of each answer that the workflow is about to be told of. */
export function callModel(
  deps: ActivityDependencies,
  onAnswer: (of: { workId: string; agent: string }, answer: ModelStep) => void,
) {
  return async (input: ModelStepInput): Promise<ModelStep> => {
    const step = await askedStep(deps, input);
    onAnswer(input, step);
    return step;
  };
}

/** The step as its activity does it: under its claim, or by waiting for whoever holds it. */
function askedStep(deps: ActivityDependencies, input: ModelStepInput): Promise<ModelStep> {
  const { workId, agent } = input;
  // Becomes exact with the first claim, so that what is waited for is then asked for by name.
  const at = { turn: input.turn, step: input.step };
  return framed(deps, { workId, turn: () => at.turn }, async () => {
    const model = await modelOf(deps, workId, agent);
    for (;;) {
      deps.attempts.throwIfShutDown();
      if (at.turn !== null && at.step !== null && !mayAsk(at.step, deps.limits)) {
        return { kind: 'limit', turn: at.turn };
      }
      const claim = await claimStep(
        deps.db,
        { workId, agent, ...at, model: model.name },
        claimant(deps),
        deps.limits.tokensPerDay,
      );
      if ('turn' in claim) at.turn = claim.turn;
      if ('step' in claim) at.step = claim.step;
      switch (claim.kind) {
        case 'idle':
        case 'gone':
          return { kind: claim.kind };
        case 'over':
          // Another attempt may have ended it and died before the history was written.
          await historyAtTurnsEnd(deps, workId);
          return { kind: 'over' };
        case 'stopped':
          return { kind: 'stopped', turn: claim.turn };
        case 'failed':
          if (claim.crashed) deps.log.error({ workId, agent, ...at }, CRASHED);
          throw ApplicationFailure.nonRetryable('the step failed', FAILURE.stepFailed, claim.turn);
        case 'wait':
          throw ApplicationFailure.create({
            message: 'the step waits to be tried again',
            type: 'model_waiting',
            nextRetryDelay: claim.inMs,
          });
        case 'done':
          return await answered(deps, workId, claim.result);
        case 'busy':
          await waitForHolder(deps, { ...claim, workId, key: stepKey(claim.turn, agent, claim.step) });
          continue;
        case 'claimed': {
          const result = await attemptStep(deps, { workId, agent }, claim, model);
          if (result !== 'fenced') return result;
        }
      }
    }
  });
}

/** The step before its activity has come (see go-ahead.ts); only where nobody is at it yet. */
export async function stepAhead(deps: ActivityDependencies, input: ModelStepInput): Promise<void> {
  const { workId, agent } = input;
  const model = await modelOf(deps, workId, agent);
  const claim = await claimStep(
    deps.db,
    { ...input, model: model.name },
    ahead(deps),
    deps.limits.tokensPerDay,
  );
  if (claim.kind === 'failed' && claim.crashed) deps.log.error({ workId, agent, turn: claim.turn }, CRASHED);
  if (claim.kind === 'claimed') await attemptStep(deps, { workId, agent }, claim, model);
}

function modelOf(deps: ActivityDependencies, workId: string, agent: string): Promise<ServingModel> {
  return deps.modelFor(workId, agent === 'main' ? 'main' : 'code');
}
