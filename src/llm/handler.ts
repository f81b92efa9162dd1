/** The model handler (F5): one streamed answer from any OpenAI-compatible endpoint. */
import { addUsage, type Usage } from '../domain/messages.ts';
import type { AnswerSoFar } from './answer-assembly.ts';
import { type ModelConnection, openModelConnection } from './connection.ts';
import { ModelError, toModelError, withoutSecret } from './errors.ts';
import { exchange } from './exchange.ts';
import { refusedField, requestBody } from './request-body.ts';
import { countText, countTokens } from './tokens.ts';
import type { ModelAnswer, ModelDelta, ModelEndpoint, ModelRequest } from './types.ts';

/**
 * Streams one answer. `onDelta` is called for each piece as it arrives; the answer is their sum.
 * Nothing is tried again here (R7) but a request that the vendor refused, unbilled, for an optional field:
 * it is repeated without that field, and `connection` remembers.
 * @param connection shared by the process; without one, a connection of its own is made and closed.
 * @throws ModelError for everything that goes wrong; what `onDelta` throws ends the call and comes through.
 */
export async function streamAnswer(
  request: ModelRequest,
  onDelta: (delta: ModelDelta) => void,
  connection?: ModelConnection,
): Promise<ModelAnswer> {
  if (connection !== undefined) return answerOver(connection, request, onDelta);
  const own = openModelConnection();
  try {
    return await answerOver(own, request, onDelta);
  } finally {
    own.close();
  }
}

async function answerOver(
  connection: ModelConnection,
  request: ModelRequest,
  onDelta: (delta: ModelDelta) => void,
): Promise<ModelAnswer> {
  const { endpoint } = request;
  const known = `${endpoint.baseUrl} ${endpoint.model}`;
  // Of this call alone: what another one learns meanwhile must not change what this one has sent.
  const refused = new Set(connection.refused.get(known));
  try {
    for (;;) {
      const result = await exchangeOnce(connection, request, requestBody(request, refused), onDelta);
      if (result.ok) return await finished(request, result.answer);
      const field = refusedField(result.failure.status, result.failure.body, refused);
      if (field === undefined) throw toModelError(result.failure, endpoint);
      refused.add(field);
      connection.refused.set(known, new Set(connection.refused.get(known)).add(field));
    }
  } catch (error) {
    throw error instanceof ModelError ? withoutSecret(error, endpoint.apiKey) : error;
  }
}

/** The exchange, with what `http.request` throws at once (a malformed address or key) as a ModelError. */
async function exchangeOnce(
  connection: ModelConnection,
  request: ModelRequest,
  body: string,
  onDelta: (delta: ModelDelta) => void,
) {
  let fromListener = false;
  const listener = (delta: ModelDelta) => {
    fromListener = true;
    onDelta(delta);
    fromListener = false;
  };
  try {
    return await exchange(request, body, connection, listener);
  } catch (error) {
    throw fromListener ? error : toModelError(error, request.endpoint);
  }
}

async function finished(request: ModelRequest, answer: AnswerSoFar): Promise<ModelAnswer> {
  const { text, reasoning, toolCalls } = answer;
  const usage = answer.usage ?? (await estimate(request, answer));
  return {
    text,
    reasoning,
    toolCalls,
    finishReason: answer.finishReason ?? (toolCalls.length > 0 ? 'tool_calls' : 'stop'),
    usage: priced(usage, request.endpoint),
  };
}

/** Usage counted here, for a vendor that reports none (P9). */
async function estimate(request: ModelRequest, answer: AnswerSoFar): Promise<Usage> {
  const calls = answer.toolCalls.map((call) => call.name + call.arguments).join('');
  return {
    inputTokens: await countTokens(request.messages, request.tools),
    outputTokens: await countText(answer.reasoning + answer.text + calls),
    estimated: true,
  };
}

function priced(usage: Usage, { prices }: ModelEndpoint): Usage {
  if (prices === undefined) return usage;
  const cost = (usage.inputTokens * prices.input + usage.outputTokens * prices.output) / 1e6;
  return addUsage(usage, { inputTokens: 0, outputTokens: 0, cost });
}
