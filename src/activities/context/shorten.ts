/** Texts shortened for a model: head and tail with a marker between. What is stored stays whole (F7). */
import { inWords } from '../../llm/requests/user-text.ts';
import type { CountTokens } from '../../llm/tokens.ts';
import type { ChatMessage, UserPart } from '../../llm/types.ts';

/** How long the texts of one message may be, in UTF-16 code units. */
export interface Limits {
  /** A tool's result, and each argument of a call. */
  calls: number;
  /** Whatever is said. */
  texts: number;
  /** Whether pictures stay. */
  pictures: boolean;
}

/** No text is made shorter than this. */
const SHORTEST = 64;
/** What the marker and its line ends take at most. */
const MARKER = 48;
/** A cut moves to a line's end where one is this near, as a part of what is kept. */
const NEAR = 0.25;

/** The text, or its head and tail in at most `limit` code units, or SHORTEST where that is more. */
export function shortenText(text: string, limit: number): string {
  const most = Math.max(SHORTEST, limit);
  if (text.length <= most) return text;
  const half = Math.floor((most - MARKER) / 2);
  const head = text.slice(0, headEnd(text, half));
  const tail = text.slice(tailStart(text, text.length - half));
  const missing = (text.length - head.length - tail.length).toLocaleString('en');
  return `${head.trimEnd()}\n[… ${missing} characters not shown …]\n${tail.trimStart()}`;
}

/** The text, shortened until it has no more than `most` tokens, or is as short as it gets. */
export function shortenToTokens(text: string, most: number, count: CountTokens): string {
  let shown = text;
  for (let tokens = count(shown); tokens > most && shown.length > SHORTEST; tokens = count(shown)) {
    shown = shortenText(text, Math.floor((shown.length * 0.9 * most) / tokens));
  }
  return shown;
}

/** A message's chat with its texts within the limits; calls stay with their results, and arguments JSON objects. */
export function shortenChat(chat: ChatMessage[], { calls, texts, pictures }: Limits): ChatMessage[] {
  if (pictures && calls === Number.POSITIVE_INFINITY && texts === Number.POSITIVE_INFINITY) return chat;
  return chat.map((message): ChatMessage => {
    if (message.role === 'tool') return { ...message, content: shortenText(message.content, calls) };
    if (message.role === 'system') return { role: 'system', content: shortenText(message.content, texts) };
    if (message.role === 'user') {
      const limitOf = (part: UserPart) => (part.type === 'said' ? texts : Math.min(calls, texts));
      return {
        role: 'user',
        parts: message.parts
          .map((part) => (pictures ? part : inWords(part, 'the conversation has no room for it')))
          .map((part) => ({ ...part, text: shortenText(part.text, limitOf(part)) })),
      };
    }
    // What a vendor wants back unchanged repeats the answer: it is left out where the answer is shortened.
    const { returned, ...answer } = message;
    const isWhole =
      (message.content ?? '').length <= texts &&
      (message.tool_calls ?? []).every((call) => call.function.arguments.length <= calls) &&
      (texts === Number.POSITIVE_INFINITY || JSON.stringify(returned ?? {}).length <= texts);
    return {
      ...answer,
      ...(returned !== undefined && isWhole ? { returned } : {}),
      content: message.content === null ? null : shortenText(message.content, texts),
      ...(message.tool_calls === undefined
        ? {}
        : {
            tool_calls: message.tool_calls.map((call) => ({
              ...call,
              function: {
                name: call.function.name,
                arguments: shortenArguments(call.function.arguments, calls),
              },
            })),
          }),
    };
  });
}

/** Long strings among the arguments are shortened each; where that is not enough, their JSON as one text. */
function shortenArguments(json: string, limit: number): string {
  if (json.length <= limit) return json;
  const given = JSON.parse(json) as Record<string, unknown>;
  const entries = Object.entries(given).map(([name, value]) => [
    name,
    typeof value === 'string' ? shortenText(value, limit) : value,
  ]);
  const shorter = JSON.stringify(Object.fromEntries(entries));
  return shorter.length <= 2 * limit ? shorter : JSON.stringify({ shortened: shortenText(json, limit) });
}

function headEnd(text: string, at: number): number {
  const line = text.lastIndexOf('\n', at);
  return line >= at * (1 - NEAR) ? line : between(text, at);
}

function tailStart(text: string, at: number): number {
  const line = text.indexOf('\n', at);
  return line >= 0 && line - at <= (text.length - at) * NEAR ? line + 1 : between(text, at, 1);
}

/** Not between the two halves of a character outside the basic plane. */
function between(text: string, at: number, step: 1 | -1 = -1): number {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff ? at + step : at;
}
