/** What a script may answer: a stream of steps, a plain HTTP answer, or a fault. */
import type { StrictRequest } from './strict-request.ts';

/** One step of a streamed answer. Whatever a generator awaits between two steps holds the stream there. */
export type Step =
  | { type: 'text'; text: string }
  | { type: 'reasoning'; text: string }
  /** A piece of a tool call, sent as it stands: two with one index, or without index and id, are faults to test. */
  | { type: 'tool'; index?: number; id?: string; name?: string; arguments?: string }
  | { type: 'pause'; ms: number }
  /** One event with this JSON, such as empty choices. */
  | { type: 'chunk'; chunk: unknown }
  /** Bytes that go out as they are: comments, half an event, invalid UTF-8. */
  | { type: 'raw'; bytes: string | Uint8Array }
  /** Nothing more is sent, and the socket stays open. */
  | { type: 'stall' }
  /** The socket is destroyed. */
  | { type: 'cut' };

export type Steps = Iterable<Step> | AsyncIterable<Step>;

export interface StreamReply {
  kind: 'stream';
  steps: Steps;
  /** Default: `tool_calls` after a tool step, else `stop`. `null` sends none. */
  finish?: string | null;
  /** Default: counted roughly. `null` reports none, as some vendors do. */
  usage?: { input: number; output: number; cached?: number; written?: number; thought?: number } | null;
  /** Milliseconds before the status line. */
  delayMs?: number;
  /** Milliseconds from one text, reasoning or tool step to the next, kept as a steady rate. */
  paceMs?: number;
  newline?: '\n' | '\r\n';
  /** Each byte in a write of its own. */
  drip?: boolean;
  /** The socket is destroyed after this many bytes of the body. */
  cutAtByte?: number;
  /** Default true: `data: [DONE]` ends the stream. */
  done?: boolean;
  /** Default true: the answer ends after the last step. False leaves the socket open. */
  end?: boolean;
}

export type Reply =
  | StreamReply
  | { kind: 'http'; status: number; headers?: Record<string, string>; body?: string; delayMs?: number }
  /** The request is read and never answered. */
  | { kind: 'silence' }
  /** The socket is destroyed without an answer. */
  | { kind: 'close' };

/** What a script knows of the call that it answers. */
export interface Call {
  /** From 0, in order of arrival. */
  index: number;
  headers: Record<string, string | string[] | undefined>;
  /** Aborted when the client closes the socket. */
  signal: AbortSignal;
}

/** A script may be a generator of steps, too: `{ kind: 'stream' }` is then understood. */
export type Script = (request: StrictRequest, call: Call) => Reply | Promise<Reply>;

/** A whole text as steps, of about a token each by default. */
export function say(text: string, split: Split = splitTokens): Step[] {
  return split(text).map((piece) => ({ type: 'text', text: piece }));
}

/** A whole tool call as steps: its name, then its arguments in pieces, of about a token by default. */
export function callTool(
  index: number,
  id: string,
  name: string,
  args: Record<string, unknown>,
  split: Split = splitTokens,
): Step[] {
  return [
    { type: 'tool', index, id, name, arguments: '' },
    ...split(JSON.stringify(args)).map((piece): Step => ({ type: 'tool', index, arguments: piece })),
  ];
}

/** A reply of one text. */
export function textReply(text: string, more: Partial<StreamReply> = {}): StreamReply {
  return { kind: 'stream', steps: say(text), ...more };
}

/** A reply of tool calls; their ids are made from the call's place in the script. */
export function toolReply(
  calls: { name: string; arguments: Record<string, unknown> }[],
  more: Partial<StreamReply> & { text?: string } = {},
): StreamReply {
  const { text = '', ...rest } = more;
  const steps = calls.flatMap((call, index) => callTool(index, `call_${index}`, call.name, call.arguments));
  return { kind: 'stream', steps: [...say(text), ...steps], ...rest };
}

export type Split = (text: string) => string[];

/** Pieces of up to `characters`, never through a surrogate pair. */
export function splitEvery(characters: number): Split {
  return (text) => text.match(new RegExp(`.{1,${characters}}`, 'gsu')) ?? [];
}

/** Words with the space before them, and Chinese in pieces of two characters: about what a model streams. */
export function splitTokens(text: string): string[] {
  return text.match(/\p{Script=Han}{1,2}|\s*[^\s\p{Script=Han}]{1,12}|\s+/gu) ?? [];
}
