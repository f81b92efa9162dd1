/** The checks, in their order: each tries one thing and says what it found. */
import { addressOf, ModelError } from '../errors.ts';
import { countTokens } from '../tokens.ts';
import type { ChatMessage, ModelAnswer } from '../types.ts';
import type { CheckItem, Checking, CheckName } from './check.ts';
import * as questions from './questions.ts';

interface Check {
  name: CheckName;
  run(checking: Checking): Promise<Omit<CheckItem, 'name'>>;
}

type Outcome = Omit<CheckItem, 'name'>;

/** A call of the long text's characters, and what a model may add. */
const LONG_CHARACTERS = 12_000;
/** Lines of the long prompt, of about ten tokens: more than the 4,096 that some servers cut prompts at. */
const MOST_LINES = 800;
const TOKENS_A_LINE = 12;
/** Of a prompt, what a server must count of it at least; encodings differ by less. */
const COUNTED = 0.6;
/** Within so many milliseconds a stopped call is gone. */
const STOPPED_IN = 1_000;

export const CHECKS: readonly Check[] = [
  {
    name: 'text',
    async run({ ask }) {
      const { answer, pieces } = await ask(questions.conversation(questions.said(questions.ASK_TEXT)));
      if (answer === undefined) return works('it answers, at length');
      return pieces > 1
        ? works('streamed')
        : differs('The answer came in one piece: nothing is seen until it is whole.');
    },
  },
  { name: 'call', run: (checking) => calls(checking, questions.ASK_CALL, 1) },
  { name: 'two calls', run: (checking) => calls(checking, questions.ASK_TWO, 2) },
  { name: 'long call', run: longCall },
  {
    name: 'stop',
    async run({ ask }) {
      const { endedMs } = await ask(questions.conversation(questions.said(questions.ASK_TO_STOP)), {
        stopAtOnce: true,
      });
      if (endedMs === undefined) return untried('The answer was over before it could be stopped.');
      return endedMs <= STOPPED_IN
        ? works(`gone after ${Math.round(endedMs)} ms`)
        : differs(`A stopped call was gone only after ${Math.round(endedMs)} ms.`);
    },
  },
  {
    name: 'usage',
    async run({ usages }) {
      if (usages.length === 0) return untried('No answer came to its end.');
      return usages.some(({ estimated }) => estimated)
        ? differs('The server does not say how many tokens an answer took: they are counted here, roughly.')
        : works('reported by the server');
    },
  },
  { name: 'window', run: windowAndPrompt },
  { name: 'cache', run: cache },
];

/** Asks for so many calls, gives their results, and hears what is made of them. */
async function calls({ ask, endpoint }: Checking, question: string, wanted: number): Promise<Outcome> {
  const asked = questions.conversation(questions.said(question));
  const { answer } = await ask(asked, { tools: questions.CHECK_TOOLS });
  const made = answer?.toolCalls ?? [];
  if (answer === undefined || made.length === 0) return fails(noCall(endpoint));
  if (made.some(({ arguments: text }) => !isObjectText(text))) return fails(badArguments(endpoint));
  const { answer: last } = await ask([...asked, ...withResults(answer)], { tools: questions.CHECK_TOOLS });
  if (made.length < wanted)
    return differs('It makes one call at a time; steps take longer, and nothing else.');
  return works(
    last === undefined
      ? 'called, and went on'
      : `${made.length === 1 ? 'a call' : `${made.length} calls`} and a second step`,
  );
}

/** An answer that calls, as it goes back, with the results of its calls. */
function withResults({ text, toolCalls, returned }: ModelAnswer): ChatMessage[] {
  const ids = toolCalls.map((_, at) => `check ${at}`);
  return [
    {
      role: 'assistant',
      content: text === '' ? null : text,
      tool_calls: toolCalls.map((call, at) => ({ id: ids[at] as string, type: 'function', function: call })),
      ...(returned === undefined ? {} : { returned }),
    },
    ...toolCalls.map(
      (call, at): ChatMessage => ({
        ...{ role: 'tool', tool_call_id: ids[at] as string, content: resultOf(call.arguments) },
      }),
    ),
  ];
}

function resultOf(text: string): string {
  const { a, b } = JSON.parse(text) as { a?: unknown; b?: unknown };
  return String(Number(a) + Number(b));
}

async function longCall({ ask, endpoint }: Checking): Promise<Outcome> {
  const { answer } = await ask(questions.conversation(questions.said(questions.ASK_LONG)), {
    tools: questions.CHECK_TOOLS,
    mostCharacters: LONG_CHARACTERS,
  });
  if (answer === undefined) return differs('It wrote far more than it was asked for, and was stopped.');
  if (answer.finishReason === 'length') return fails(cutShort(endpoint, answer.usage.outputTokens));
  const [call] = answer.toolCalls;
  if (call === undefined) return fails(noCall(endpoint));
  if (!isObjectText(call.arguments)) return fails(badArguments(endpoint));
  return call.arguments.length >= questions.LONG_ENOUGH
    ? works(`${call.arguments.length.toLocaleString('en')} characters of arguments`)
    : differs(
        `It wrote ${call.arguments.length.toLocaleString('en')} of some 3,900 characters: long sections may come in parts.`,
      );
}

/** A long prompt: whether the server says that it read all of it. */
async function windowAndPrompt({ ask, endpoint }: Checking): Promise<Outcome> {
  const messages = longQuestion(endpoint.contextWindow, 3);
  const { answer } = await ask(messages);
  if (answer === undefined || answer.usage.estimated)
    return untried('The server does not say how much of a prompt it read.');
  const tokens = await countTokens(messages, []);
  const read = answer.usage.inputTokens;
  return read >= tokens * COUNTED
    ? works(
        `${endpoint.contextWindow.toLocaleString('en')} tokens ${endpoint.isWindowAssumed ? 'as far as it could be found out' : 'by the settings'}; all of a prompt of ${read.toLocaleString('en')} was read`,
      )
    : fails(cutPrompt(endpoint, read, tokens));
}

/** The same long prompt again: what the server had kept of it. */
async function cache({ ask, endpoint }: Checking): Promise<Outcome> {
  const { answer } = await ask(longQuestion(endpoint.contextWindow, 5));
  const { cachedTokens, inputTokens = 0 } = answer?.usage ?? {};
  if (cachedTokens === undefined)
    return differs('The server does not say whether it keeps prompts: each step may be paid for whole.');
  if (cachedTokens === 0)
    return differs('Nothing of a prompt that had just been sent was kept: each step is paid for whole.');
  return works(
    `${cachedTokens.toLocaleString('en')} of ${inputTokens.toLocaleString('en')} tokens were kept`,
  );
}

function longQuestion(window: number, line: number): ChatMessage[] {
  const lines = Math.max(10, Math.min(MOST_LINES, Math.floor(window / 2 / TOKENS_A_LINE)));
  return [
    questions.longPrompt(lines),
    questions.said(`What stands in line ${line}? Reply with that line alone.`),
  ];
}

function works(finding: string): Outcome {
  return { outcome: 'works', finding };
}

function differs(finding: string): Outcome {
  return { outcome: 'differs', finding };
}

function untried(finding: string): Outcome {
  return { outcome: 'untried', finding };
}

function fails(error: ModelError): Outcome {
  return { outcome: 'fails', finding: error.message, error };
}

type Endpoint = Checking['endpoint'];

function problem(sentence: string): ModelError {
  return new ModelError('model_bad_request', sentence, { retryable: false });
}

function noCall(endpoint: Endpoint): ModelError {
  return problem(
    `The model "${endpoint.model}" at ${addressOf(endpoint)} answers, but did not call the tool that it was asked to call, and PaperAgent lives by tools. Choose a model with tool support, or start the server so that it parses tool calls (vLLM: --enable-auto-tool-choice and --tool-call-parser; llama.cpp: --jinja).`,
  );
}

function badArguments(endpoint: Endpoint): ModelError {
  return problem(
    `The model "${endpoint.model}" at ${addressOf(endpoint)} calls tools with arguments that are no JSON. Choose another model, or a newer version of the server.`,
  );
}

function cutShort(endpoint: Endpoint, tokens: number): ModelError {
  return problem(
    `The server at ${addressOf(endpoint)} cuts answers of "${endpoint.model}" after ${tokens.toLocaleString('en')} tokens, in the middle of a call. Set max_tokens among the model's further fields, or raise the server's limit.`,
  );
}

function cutPrompt(endpoint: Endpoint, read: number, sent: number): ModelError {
  return problem(
    `The server at ${addressOf(endpoint)} read ${read.toLocaleString('en')} of about ${sent.toLocaleString('en')} tokens: it cuts prompts. Raise its context length (Ollama: OLLAMA_CONTEXT_LENGTH), or set the right context window in the model settings.`,
  );
}

function isObjectText(text: string): boolean {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
  } catch {
    return false; // The caller says so in a sentence.
  }
}
