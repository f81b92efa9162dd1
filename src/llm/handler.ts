/** The model handler (F5): one streamed answer from any OpenAI-compatible endpoint. */
import { addUsage, type Usage } from '../domain/messages.ts';
import { wholePrices } from '../domain/model-prices.ts';
import type { AnswerSoFar } from './answers/assembly.ts';
import { callsInText } from './answers/calls-in-text.ts';
import { meaningOf } from './answers/finish-reason.ts';
import { type ModelConnection, openModelConnection } from './connection.ts';
import {
  addressOf,
  BROKEN_TRIES,
  ModelError,
  textWithoutSecrets,
  toModelError,
  withoutSecrets,
} from './errors.ts';
import { exchange } from './exchange.ts';
import { costOf } from './prices.ts';
import { chooseProfile } from './profiles/choose.ts';
import type { LearnedFact } from './profiles/learning.ts';
import type { Profile } from './profiles/profile.ts';
import { repairFor } from './profiles/repairs.ts';
import { countText, countTokens } from './tokens.ts';
import type {
  ModelAnswer,
  ModelDelta,
  ModelEndpoint,
  ModelRequest,
  ModelToolCall,
  ReportedUsage,
} from './types.ts';

/** Refusals of one call that are repaired; each costs a round trip, and nothing else. */
const MOST_REPAIRS = 4;
/** Characters of a server's words that are kept: cut after the key is taken out, so that no part of it stays. */
const WORDS_KEPT = 300;

/**
 * Streams one answer. `onDelta` is called for each piece as it arrives; the answer is their sum.
 * Nothing is tried again here (R7) but a request whose shape the server refused, unbilled: it is made in another shape,
 * and `connection.learning` keeps what was learned (M19).
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
  const { learning } = connection;
  const secrets = secretsOf(endpoint);
  try {
    // Of this call alone: what another one learns meanwhile must not change what this one has sent.
    let profile = chooseProfile(endpoint, await learning.known(endpoint));
    const facts: LearnedFact[] = [];
    for (;;) {
      const result = await exchangeOnce(connection, request, profile, onDelta);
      if (result.ok) {
        if (facts.length > 0) await learning.learn(endpoint, facts);
        return await finished(request, result.answer);
      }
      const fact = facts.length < MOST_REPAIRS && repairFor(result.failure, profile, endpoint.profile);
      if (!fact) throw toModelError(result.failure, endpoint);
      // Its words are shown, and may quote the key; read they were as they came, for a key may be a word ("none").
      facts.push({ ...fact, words: textWithoutSecrets(fact.words, secrets).slice(0, WORDS_KEPT) });
      profile = { ...profile, ...fact.change };
    }
  } catch (error) {
    throw error instanceof ModelError ? withoutSecrets(error, secrets) : error;
  }
}

/** A header of the person's own may be a key, too; what is shorter is none, and stands in many a word. */
const SHORTEST_SECRET = 8;

function secretsOf({ apiKey, profile }: ModelEndpoint): string[] {
  const values = Object.values(profile?.headers ?? {}).filter(({ length }) => length >= SHORTEST_SECRET);
  return [apiKey, ...values].filter((secret) => secret !== '');
}

/** The exchange, with what a malformed address or key throws at once as a ModelError. */
async function exchangeOnce(
  connection: ModelConnection,
  request: ModelRequest,
  profile: Profile,
  onDelta: (delta: ModelDelta) => void,
) {
  let fromListener = false;
  const listener = (delta: ModelDelta) => {
    fromListener = true;
    onDelta(delta);
    fromListener = false;
  };
  try {
    return await exchange(request, profile, connection, listener);
  } catch (error) {
    throw fromListener ? error : toModelError(error, request.endpoint);
  }
}

/** @throws ModelError for an answer that is broken in itself, or empty (M12) */
async function finished(request: ModelRequest, answer: AnswerSoFar): Promise<ModelAnswer> {
  const { endpoint } = request;
  const { text, toolCalls } = withTextCalls(request, answer);
  const meaning = meaningOf(answer.finishReason, toolCalls.length > 0);
  if (meaning === 'broken') throw broken(request, `ended its answer with an error`, answer.finishReason);
  if (meaning === 'stop' && text.trim() === '')
    throw broken(request, 'gave an empty answer', answer.finishReason);
  const usage = answer.usage ?? (await estimate(request, answer));
  return {
    text,
    reasoning: answer.reasoning,
    toolCalls,
    finishReason: meaning,
    usage: priced(usage, request),
    ...(answer.returned === undefined
      ? {}
      : { returned: { endpoint: endpoint.baseUrl, model: endpoint.model, ...answer.returned } }),
  };
}

function withTextCalls(
  request: ModelRequest,
  answer: AnswerSoFar,
): { text: string; toolCalls: ModelToolCall[] } {
  if (answer.toolCalls.length > 0 || request.tools.length === 0) return answer;
  const names = new Set(request.tools.map((tool) => tool.name));
  const found = callsInText(answer.text, (name) => names.has(name));
  if (found.kind === 'none') return answer;
  if (found.kind === 'calls') return { text: found.text, toolCalls: found.calls };
  const message =
    `The model server at ${addressOf(request.endpoint)} passed on a tool call as text that cannot be read. Start it so ` +
    'that it parses tool calls (vLLM: --enable-auto-tool-choice and --tool-call-parser; llama.cpp: --jinja), or ' +
    'choose another model.';
  throw new ModelError('model_bad_request', message, { retryable: true, mostTries: BROKEN_TRIES });
}

function broken({ endpoint }: ModelRequest, what: string, reason: string | undefined): ModelError {
  const message = `The model "${endpoint.model}" at ${addressOf(endpoint)} ${what}. Trying again may help; if it does not, choose another model.`;
  return new ModelError('model_server_error', message, {
    retryable: true,
    mostTries: BROKEN_TRIES,
    detail: `finish reason: ${reason?.slice(0, 100) ?? 'none'}`,
  });
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

/** With its cost: what the vendor says, else by the prices. */
function priced({ writtenTokens = 0, ...usage }: ReportedUsage, { endpoint }: ModelRequest): Usage {
  const prices = usage.cost === undefined ? wholePrices(endpoint.prices ?? {}) : undefined;
  if (prices === undefined) return usage;
  const cost = costOf({ ...usage, writtenTokens }, prices);
  return addUsage(usage, { inputTokens: 0, outputTokens: 0, cost });
}
