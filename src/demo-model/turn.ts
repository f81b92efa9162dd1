/** The running turn, read from the conversation that a model is sent: all that the demo's next move depends on. */
import { saidIn } from './said.ts';
import type { StrictRequest } from './strict-request.ts';

export interface MadeCall {
  /** Which answer made it: the place of that message in the conversation. */
  step: number;
  name: string;
  arguments: Record<string, unknown>;
  result: string;
}

export interface Turn {
  /** What the person wrote in this turn, oldest first: the prompt, then what steered it. */
  prompts: string[];
  /** The calls made since the prompt, with their results. */
  calls: MadeCall[];
  /** How many of these calls were made before its reviewer spoke last (H5); null: it has not spoken. */
  reviewedAfter: number | null;
  /** Whether a table came with a message. */
  hasTable: boolean;
  /** Whether the person has written since the last result. */
  justSteered: boolean;
}

type Messages = StrictRequest['messages'];

/**
 * The turn at the end of a conversation. An answer without calls ended the turn before; so did a call whose
 * result says that it was stopped.
 */
export function readTurn(messages: Messages): Turn {
  let prompts: string[] = [];
  let calls: MadeCall[] = [];
  let answered = true;
  let reviewedAfter: number | null = null;
  for (const [index, message] of messages.entries()) {
    switch (message.role) {
      case 'user': {
        const { words, told } = saidIn(message.content);
        // Its reviewer sends the paper back in the midst of a turn.
        if (words.length === 0 && told.some(({ name }) => name === 'review')) {
          reviewedAfter = calls.length;
          answered = false;
          break;
        }
        if (answered || calls.some((call) => STOPPED.test(call.result))) {
          prompts = [];
          calls = [];
          reviewedAfter = null;
        }
        answered = false;
        prompts.push(...words);
        break;
      }
      case 'assistant':
        if (message.tool_calls === undefined && message.content !== BRIDGE) answered = true;
        for (const call of message.tool_calls ?? []) {
          const result = resultOf(messages, index, call.id);
          calls.push({
            step: index,
            name: call.function.name,
            arguments: parseObject(call.function.arguments),
            result,
          });
        }
        break;
      case 'system':
      case 'tool':
        break;
    }
  }
  const hasTable = messages.some(
    (message) =>
      message.role === 'user' &&
      saidIn(message.content).told.some(({ name, text }) => name !== 'workspace' && TABLE.test(text)),
  );
  return {
    prompts,
    calls,
    reviewedAfter,
    hasTable,
    justSteered: messages.at(-1)?.role === 'user' && prompts.length > 1,
  };
}

/** What the system says in the model's place between a result and a person's words: it ends no turn. */
const BRIDGE = 'I have read these results.';

const TABLE = /attachments\/[^\n]+\.(?:csv|tsv|xlsx)\b/i;

/** How the result of a call says that its turn ended with it (P7). */
const STOPPED = /^\W*(?:this call )?(?:was stopped|stopped|did not finish: the turn)\b/i;

function resultOf(messages: Messages, from: number, id: string): string {
  const found = messages.slice(from).find((entry) => entry.role === 'tool' && entry.tool_call_id === id);
  return found?.content ?? '';
}

function parseObject(text: string): Record<string, unknown> {
  return JSON.parse(text) as Record<string, unknown>; // The strict check has parsed it before.
}

/** Whether a tool's result is one of its failures: they are sentences for the model (F6). */
export function hasFailed({ result }: MadeCall): boolean {
  return FAILED.test(result);
}

const FAILED =
  /\bno (?:section|file|folder|such)\b|names \d+ sections|not found|does not exist|cannot be|must be/i;
