/** What the model handler takes and gives. Everything here is plain data. */
import type { Usage } from '../domain/messages.ts';
import type { Prices } from '../domain/model-prices.ts';
import type { Profile } from './profiles/profile.ts';

/** Usage as a vendor reports it. */
export type ReportedUsage = Usage & {
  /** Input that was written into the vendor's cache; it has a price of its own. */
  writtenTokens?: number;
};

/** Where a model is and what is known of it. */
export interface ModelEndpoint {
  /** Of a model that a person set up; absent for the server's own. */
  id?: string;
  /** An OpenAI-compatible base URL, such as `https://api.openai.com/v1`. */
  baseUrl: string;
  apiKey: string;
  model: string;
  /** Tokens that prompt and answer may fill together. */
  contextWindow: number;
  /** Nobody has said how large the window is: `contextWindow` is a guess until limits/find-limits.ts has looked. */
  isWindowAssumed?: boolean;
  /** Most tokens of one answer, where that is known. */
  maxOutput?: number;
  temperature?: number;
  /** Further fields of the request's body, such as `reasoning_effort`; ours win over them. */
  params?: Record<string, unknown>;
  /** How this server wants to be asked, where the person has said so: it goes before all that was learned (M19). */
  profile?: Partial<Profile>;
  /** As far as they are known; a cost is reckoned where those of input and output are. */
  prices?: Partial<Prices>;
}

/** What came with an answer and goes back as it came, to the same endpoint and model only (M8). */
export interface ReturnedItems {
  /** The base URL and the model that gave it. */
  endpoint: string;
  model: string;
  /** Fields of the assistant message. */
  message?: Record<string, unknown>;
  /** Fields of each call, by its place in the answer. */
  calls?: (Record<string, unknown> | null)[];
  /** The items of a Responses API answer. */
  output?: Record<string, unknown>[];
}

/**
 * A message of the conversation as we have it. How a server is sent it is for its profile to say
 * (requests/chat-messages.ts).
 */
export type ChatMessage =
  | { role: 'system'; content: string }
  | {
      role: 'user';
      /** What stands in it, in order; a person's words are word for word a part of their own (P12). */
      parts: UserPart[];
    }
  | {
      role: 'assistant';
      content: string | null;
      tool_calls?: ChatCall[];
      returned?: ReturnedItems;
    }
  | { role: 'tool'; tool_call_id: string; content: string };

/** `said`: a person's words, or a code agent's task. `told`: what we add, delimited by its name. */
export type UserPart =
  | { type: 'said'; text: string }
  | {
      type: 'told';
      name:
        | 'workspace'
        | 'attachments'
        | 'earlier'
        | 'conversation'
        | 'instruction'
        | 'picture'
        /** What a reviewer is shown, and what it said (H5). */
        | 'asked'
        | 'paper'
        | 'check'
        | 'numbers'
        | 'rubric'
        | 'before'
        | 'review';
      text: string;
    }
  | PicturePart;

/** A picture, for models that see (W10); `text` says in words what it is, and stands for it where it is not sent. */
export interface PicturePart {
  type: 'picture';
  text: string;
  mediaType: 'image/png' | 'image/jpeg';
  /** Its bytes in base64. */
  data: string;
  width: number;
  height: number;
}

export interface ChatCall {
  id: string;
  type: 'function';
  function: { name: string; arguments: string };
}

/** A tool as the model is told of it: a strict JSON schema (every property required, optional ones nullable). */
export interface ToolDefinition {
  name: string;
  description: string;
  /** JSON schema of an object with `additionalProperties: false` and every property in `required`, unless not strict. */
  parameters: Record<string, unknown>;
  /** false: a schema of somebody else's, which servers are not to hold answers to. */
  strict?: false;
}

/** Milliseconds until the first token, and between tokens after it (P10, M16). */
export interface ModelTimeouts {
  firstTokenMs: number;
  stallMs: number;
}

export interface ModelRequest {
  endpoint: ModelEndpoint;
  messages: ChatMessage[];
  tools: ToolDefinition[];
  signal: AbortSignal;
  timeouts: ModelTimeouts;
  /** What the prompt fills at most, in the endpoint's tokens, where it is known: bounds the answer (M7). */
  promptTokens?: number;
  /** Names the conversation to a server that keeps prompts by a key. */
  cacheKey?: string;
}

/** A piece of the answer, as it arrives. `index` is the call's place in this answer, from 0. */
export type ModelDelta =
  | { type: 'text'; text: string }
  | { type: 'reasoning'; text: string }
  | { type: 'tool'; index: number; name?: string; text: string };

/** A call the model made; `arguments` is the text as the model wrote it. */
export interface ModelToolCall {
  name: string;
  arguments: string;
}

export type FinishReason = 'stop' | 'tool_calls' | 'length' | 'content_filter';

export interface ModelAnswer {
  text: string;
  reasoning: string;
  toolCalls: ModelToolCall[];
  finishReason: FinishReason;
  usage: Usage;
  returned?: ReturnedItems;
}

/** The closed set of ways in which a model call fails. */
export type ModelErrorCode =
  | 'model_rate_limited'
  | 'model_server_error'
  | 'model_unreachable'
  | 'model_stalled'
  | 'model_cut_off'
  | 'model_bad_request'
  | 'model_unauthorized'
  | 'model_not_found'
  | 'model_address_refused'
  | 'model_aborted';
