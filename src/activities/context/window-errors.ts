/** What a person is told where a prompt and a window do not go together (M7, M20). */
import type { Usage } from '../../domain/messages.ts';
import { addressOf, ModelError } from '../../llm/errors.ts';
import { type CountTokens, tokensOfMessages } from '../../llm/tokens.ts';
import type { ChatMessage, ModelEndpoint } from '../../llm/types.ts';
import type { ServingModel } from '../serving-models.ts';
import { countBytes } from './blocks.ts';

/** No language has more bytes to a token: where a prompt has, a part of it was not read. */
const BYTES_PER_TOKEN = 8;
/** The share of the tokens counted here below which a server counts as having cut the prompt. */
const READ_AT_LEAST = 0.6;

/** @throws ModelError where a prompt is as short as it gets and still fills more than the whole window */
export function throwIfLarger(tokens: number, endpoint: ModelEndpoint): void {
  const { model, contextWindow } = endpoint;
  if (tokens <= contextWindow) return;
  const message =
    `The window of "${model}" at ${addressOf(endpoint)} has ${contextWindow} tokens, and this turn needs at least ` +
    `${tokens}. Choose a model with a larger window, set the right one in the model settings, or start the server ` +
    'with a longer context (Ollama: OLLAMA_CONTEXT_LENGTH; llama.cpp: --ctx-size; vLLM: --max-model-len).';
  throw new ModelError('model_bad_request', message, { retryable: false });
}

/**
 * An Ollama reads the end of a prompt that is too long, without the instructions, and answers all the same (M20).
 * Tools are not counted: a template may leave them out.
 * @throws ModelError that says so
 */
export async function refuseIfCut(
  model: ServingModel,
  endpoint: ModelEndpoint,
  messages: ChatMessage[],
  { inputTokens, cachedTokens = 0, estimated }: Usage,
  counter: () => Promise<CountTokens>,
): Promise<void> {
  if (estimated || cachedTokens > 0) return;
  if (tokensOfMessages(messages, countBytes) <= inputTokens * BYTES_PER_TOKEN) return;
  const tokens = tokensOfMessages(messages, await counter());
  if (inputTokens >= tokens * READ_AT_LEAST || !(await model.cutsPrompts())) return;
  const message =
    `The model server at ${addressOf(endpoint)} cut the prompt: it read ${inputTokens} of about ${tokens} tokens, so ` +
    'its answer is of no use. Start Ollama with a longer context (OLLAMA_CONTEXT_LENGTH, or num_ctx in the ' +
    'Modelfile), or set the context window in the model settings to what it has.';
  throw new ModelError('model_bad_request', message, { retryable: false });
}
