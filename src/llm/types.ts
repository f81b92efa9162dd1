/** What the model handler takes and gives. Everything here is plain data. */
import type { Usage } from '../domain/messages.ts';

/** Where a model is and what is known of it. */
export interface ModelEndpoint {
  /** An OpenAI-compatible base URL, such as `https://api.openai.com/v1`. */
  baseUrl: string;
  apiKey: string;
  model: string;
  /** Tokens that prompt and answer may fill together. */
  contextWindow: number;
  temperature?: number;
  /** Further fields of the request's body, such as `reasoning_effort`; ours win over them. */
  params?: Record<string, unknown>;
  /** Price per million tokens, in the operator's currency. */
  prices?: { input: number; output: number };
}

/** A message in the strict OpenAI chat format. */
export type ChatMessage =
  | { role: 'system'; content: string }
  | { role: 'user'; content: string }
  | {
      role: 'assistant';
      content: string | null;
      tool_calls?: { id: string; type: 'function'; function: { name: string; arguments: string } }[];
    }
  | { role: 'tool'; tool_call_id: string; content: string };

/** A tool as the model is told of it: a strict JSON schema (every property required, optional ones nullable). */
export interface ToolDefinition {
  name: string;
  description: string;
  /** JSON schema of an object with `additionalProperties: false` and every property in `required`. */
  parameters: Record<string, unknown>;
}

export interface ModelRequest {
  endpoint: ModelEndpoint;
  messages: ChatMessage[];
  tools: ToolDefinition[];
  signal: AbortSignal;
  /** Milliseconds until the first token, and between tokens after it (P10). */
  timeouts: { firstTokenMs: number; stallMs: number };
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
  | 'model_aborted';
