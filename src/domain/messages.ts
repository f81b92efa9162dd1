/** Messages and their parts, as the protocol shows them (docs/protocol.md, "Message" and "Part"). */

/** Which agent speaks: the MainAgent, or the code agent that serves the `code_agent` call with this id. */
export type AgentId = 'main' | (string & {});

/** A tool call's arguments: the parsed object, or the raw text when the model wrote no valid JSON object. */
export type ToolArguments = Record<string, unknown> | string;

export type Delivery = 'queue' | 'steer';

/** What `message.queued` carries: a user message that no turn has taken yet. */
export interface UserMessage {
  id: string;
  role: 'user';
  text: string;
  attachments: string[];
  delivery: Delivery;
  /** The schedule by which it came (H7), which may be gone by now; absent: a person sent it. */
  scheduledBy?: string;
}

/** A call's result where the person stopped its turn before it ended. */
export const STOPPED_CALL = 'This call was stopped by the person before it finished.';

export type MessageStatus = 'queued' | 'running' | 'complete' | 'stopped' | 'failed';

export interface Usage {
  inputTokens: number;
  outputTokens: number;
  /** Of the input, what the vendor had in its cache. */
  cachedTokens?: number;
  /** Of the output, what was thought and not said. */
  reasoningTokens?: number;
  /** In the currency of the model's configured prices; absent when it has none. */
  cost?: number;
  /** True where the provider reported nothing and tokens were counted here (P9). */
  estimated?: boolean;
}

export type RunEnding =
  | 'exited'
  | 'timed_out'
  | 'out_of_memory'
  | 'output_limit'
  | 'disk_limit'
  | 'cancelled'
  | 'lost';

/** A file that a tool changed; `sha256` and `size` are those after the change, absent when removed. */
export interface FileChange {
  path: string;
  size?: number;
  sha256?: string;
  change: 'added' | 'changed' | 'removed';
}

export interface ToolPart {
  type: 'tool';
  toolCallId: string;
  name: string;
  arguments: ToolArguments;
  state: 'running' | 'ok' | 'error';
  result?: string;
  files?: FileChange[];
  output?: string;
  durationMs?: number;
  ending?: RunEnding;
}

/** Why a model's answer ends before its end: the length that it may have, or its maker's filter. */
export type CutOff = 'length' | 'content_filter';

export type Part =
  | { type: 'text'; text: string; cutOff?: CutOff }
  | { type: 'reasoning'; text: string }
  | ToolPart
  | { type: 'summary'; text: string; throughMessageId: string };

export interface Message {
  id: string;
  turn: number | null;
  role: 'user' | 'assistant';
  agent?: AgentId;
  status: MessageStatus;
  createdAt: string;
  parts: Part[];
  usage?: Usage;
  /** User messages only: files of the workspace that came with the text. */
  attachments?: string[];
  /** User messages only, while queued. */
  delivery?: Delivery;
  /** The schedule by which a user message came, which may be gone by now; absent: a person sent it. */
  scheduledBy?: string;
}

/** A message's text, without reasoning and tool calls. */
export function textOf(message: Pick<Message, 'parts'>): string {
  return message.parts
    .filter((part) => part.type === 'text')
    .map((part) => part.text)
    .join('');
}

/** The sum of two usages; estimated when either is, with a cost when either has one. */
export function addUsage(a: Usage, b: Usage): Usage {
  const sum: Usage = {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
  };
  for (const part of ['cachedTokens', 'reasoningTokens'] as const) {
    if (a[part] !== undefined || b[part] !== undefined) sum[part] = (a[part] ?? 0) + (b[part] ?? 0);
  }
  if (a.cost !== undefined || b.cost !== undefined) sum.cost = (a.cost ?? 0) + (b.cost ?? 0);
  if (a.estimated || b.estimated) sum.estimated = true;
  return sum;
}
