/** What a worker counts (docs/operations.md). The activities say what happened; `main` knows how it is exposed. */

import type { TurnOutcome } from '../../domain/events.ts';
import type { RunEnding, Usage } from '../../domain/messages.ts';
import type { ModelRole } from '../../domain/model-roles.ts';
import { ModelError } from '../../llm/errors.ts';
import { streamAnswer } from '../../llm/handler.ts';
import type { ModelAnswer, ModelDelta, ModelErrorCode, ModelRequest } from '../../llm/types.ts';
import type { ServingModel } from '../serving-models.ts';

export interface ModelCall {
  role: ModelRole;
  source: ServingModel['source'];
  /** `broken_off`: the worker's own end, or something unexpected. */
  outcome: 'answered' | 'broken_off' | ModelErrorCode;
  /** Milliseconds until its first token; undefined where there was none. */
  firstTokenMs: number | undefined;
  durationMs: number;
  usage: Usage | undefined;
  /** Of the operator's model only: names and addresses of people's own models are private. */
  served: { model: string; host: string } | undefined;
}

export interface SandboxRun {
  ending: RunEnding;
  durationMs: number;
}

export interface ActivityMetrics {
  modelCall(call: ModelCall): void;
  turnEnded(outcome: TurnOutcome): void;
  sandboxRun(run: SandboxRun): void;
}

/** As `streamAnswer` over the model's connection, counted. */
export async function measuredAnswer(
  metrics: ActivityMetrics,
  { role, source, connection }: Pick<ServingModel, 'source' | 'connection'> & { role: ModelRole },
  request: ModelRequest,
  onDelta: (delta: ModelDelta) => void,
): Promise<ModelAnswer> {
  const began = performance.now();
  let firstTokenMs: number | undefined;
  const { model, baseUrl } = request.endpoint;
  const served = source === 'server' ? { model, host: new URL(baseUrl).hostname } : undefined;
  const count = (outcome: ModelCall['outcome'], usage?: Usage) =>
    metrics.modelCall({
      ...{ role, source, outcome, firstTokenMs, usage, served },
      durationMs: performance.now() - began,
    });
  try {
    const answer = await streamAnswer(
      request,
      (delta) => {
        firstTokenMs ??= performance.now() - began;
        onDelta(delta);
      },
      connection,
    );
    count('answered', answer.usage);
    return answer;
  } catch (error) {
    count(error instanceof ModelError ? error.code : 'broken_off');
    throw error;
  }
}
