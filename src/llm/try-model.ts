/** The test button: the real check of a model, told as one outcome (F13). */
import { checkModel } from './check/check-model.ts';
import type { ModelConnection } from './connection.ts';
import { ModelError } from './errors.ts';
import type { ModelEndpoint, ModelErrorCode } from './types.ts';

export type ModelTrial =
  | { ok: true; latencyMs: number }
  | { ok: false; code: ModelErrorCode; message: string; detail: string | undefined };

/**
 * Whether the model does what the agents live by; the first thing that it does not, otherwise. `open` may throw a
 * ModelError where its key cannot be read.
 * @param limits milliseconds: for all of it, and until the first word
 */
export async function tryModel(
  open: () => ModelEndpoint,
  connection: ModelConnection,
  limits: { timeoutMs: number; firstTokenMs: number },
): Promise<ModelTrial> {
  try {
    const { items, latencyMs = 0 } = await checkModel(open(), connection, limits);
    const failed = items.find(({ outcome }) => outcome === 'fails')?.error;
    if (failed !== undefined) throw failed;
    return { ok: true, latencyMs };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    const { code, message, detail } = error;
    return { ok: false, code, message, detail };
  }
}
