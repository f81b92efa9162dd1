/** A step of an agent as a claim: an answer that is stored is never asked for again (R3-R7, D6). */
import { ApplicationFailure } from '@temporalio/activity';
import { type Holder, stepKey } from '../db/claims.ts';
import { claimStep } from '../db/steps.ts';
import { mayAsk } from '../domain/next-step.ts';
import { REVIEWER } from '../domain/reviews.ts';
import { framed, thisActivity } from './activity-frame.ts';
import type { Asked, ClaimOf } from './claims/claim-runner.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { ServingModel } from './serving-models.ts';
import {
  type AttemptBody,
  answered,
  type ClaimsCalls,
  conversationStep,
  stepAttempt,
} from './step-attempt.ts';
import { FAILURE, type ModelStep, type ModelStepInput } from './types.ts';

/** `goOn` does what follows an answer, and gives the one of which the workflow is to be told. */
export function callModel(
  deps: ActivityDependencies,
  goOn: (of: { workId: string; agent: string }, answer: ModelStep) => Promise<ModelStep>,
) {
  return async (input: ModelStepInput): Promise<ModelStep> => {
    const at = { turn: input.turn, step: input.step };
    return await framed(deps, { workId: input.workId, turn: () => at.turn }, async () =>
      goOn(
        input,
        await deps.claims.runOrWait(
          stepClaim(deps, input, () => conversationStep(deps), at),
          thisActivity(),
        ),
      ),
    );
  };
}

/**
 * The step before its activity has come (eager-start.ts), where nobody is at it and there is a place; undefined where
 * somebody is, or there is none. What is stored already is given. `takeCalls` is given what was claimed with the answer.
 */
export function stepEagerly(
  deps: ActivityDependencies,
  input: ModelStepInput,
  isAwaited?: () => boolean,
  takeCalls?: ClaimsCalls['take'],
): Promise<ModelStep | undefined> {
  const bodyFor = (by: Holder) => conversationStep(deps, takeCalls && { by, take: takeCalls });
  return deps.claims.tryOnce(stepClaim(deps, input, bodyFor), isAwaited);
}

/** `at` becomes exact with the first answer, so that what is waited for is then asked for by name. */
export function stepClaim(
  deps: ActivityDependencies,
  { workId, agent, turn, step }: ModelStepInput,
  bodyFor: (by: Holder) => AttemptBody,
  at = { turn, step },
): ClaimOf<ModelStep> {
  let model: ServingModel | undefined;
  return { workId, gate: deps.places.model, ask };

  async function ask(by: Holder): Promise<Asked<ModelStep>> {
    if (at.turn !== null && at.step !== null && !mayAsk(at.step, deps.limits)) {
      return { kind: 'settled', result: { kind: 'limit', turn: at.turn } };
    }
    model ??= await deps.modelFor(workId, agent === 'main' || agent === REVIEWER ? 'main' : 'code');
    const request = { workId, agent, ...at, model: model.name };
    const claim = await claimStep(deps.db, request, by, deps.limits.tokensPerDay);
    if ('turn' in claim) at.turn = claim.turn;
    if ('step' in claim) at.step = claim.step;
    switch (claim.kind) {
      case 'claimed':
        return stepAttempt(deps, { workId, agent }, claim, model, bodyFor(by));
      case 'busy':
        return { ...claim, key: stepKey(claim.turn, agent, claim.step) };
      case 'done':
        return { kind: 'settled', result: answered(deps, claim.result) };
      case 'over':
      case 'idle':
      case 'gone':
        return { kind: 'settled', result: { kind: claim.kind } };
      case 'asking':
      case 'stopped':
        return { kind: 'settled', result: { kind: claim.kind, turn: claim.turn } };
      case 'failed':
        if (claim.crashed)
          deps.log.error(
            { workId, agent, ...at },
            'a step brought too many workers down: it is given up and fails its turn',
          );
        throw ApplicationFailure.nonRetryable('the step failed', FAILURE.stepFailed, claim.turn);
      case 'wait':
        throw ApplicationFailure.create({
          message: 'the step waits to be tried again',
          type: 'model_waiting',
          nextRetryDelay: claim.inMs,
        });
    }
  }
}
