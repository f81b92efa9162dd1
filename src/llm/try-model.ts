/** The test button: one tiny call, ended at the model's first sign of life (F13). */
import type { ModelConnection } from './connection.ts';
import { addressOf, ModelError } from './errors.ts';
import { streamAnswer } from './handler.ts';
import type { ModelEndpoint, ModelErrorCode } from './types.ts';

export type ModelTrial =
  | { ok: true; latencyMs: number }
  | { ok: false; code: ModelErrorCode; message: string; detail: string | undefined };

/** The agents live by tools: a model that refuses them is of no use here. */
const TOOL = {
  name: 'ready',
  description: 'Says that the model is ready.',
  parameters: { type: 'object', properties: {}, required: [], additionalProperties: false },
};

/** Asks the model for a word, within `timeoutMs`; `open` may throw a ModelError where its key cannot be read. */
export async function tryModel(
  open: () => ModelEndpoint,
  connection: ModelConnection,
  { timeoutMs }: { timeoutMs: number },
): Promise<ModelTrial> {
  const began = performance.now();
  const latency = () => Math.round(performance.now() - began);
  const enough = new AbortController();
  const late = AbortSignal.timeout(timeoutMs);
  let latencyMs: number | undefined;
  let endpoint: ModelEndpoint | undefined;
  try {
    endpoint = open();
    await streamAnswer(
      {
        endpoint,
        messages: [{ role: 'user', parts: [{ type: 'said', text: 'Reply with the single word: ready' }] }],
        tools: [TOOL],
        signal: AbortSignal.any([enough.signal, late]),
        timeouts: { firstTokenMs: timeoutMs, stallMs: timeoutMs },
      },
      () => {
        latencyMs ??= latency();
        enough.abort();
      },
      connection,
    );
    return { ok: true, latencyMs: latencyMs ?? latency() };
  } catch (error) {
    if (latencyMs !== undefined) return { ok: true, latencyMs };
    if (!(error instanceof ModelError)) throw error;
    const { code, message, detail } = late.aborted && endpoint ? tooSlow(endpoint, timeoutMs) : error;
    return { ok: false, code, message, detail };
  }
}

function tooSlow(endpoint: ModelEndpoint, timeoutMs: number): ModelError {
  const message = `The model server at ${addressOf(endpoint)} took the request and said nothing for ${timeoutMs / 1000} seconds. It may still be loading the model; try again in a while.`;
  return new ModelError('model_stalled', message, { retryable: true });
}
