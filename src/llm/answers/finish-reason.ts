/** What the reasons that vendors give for an answer's end mean (M12). */
import type { FinishReason } from '../types.ts';

const DONE = new Set([
  ...['stop', 'tool_calls', 'function_call', 'eos', 'eos_token', 'end_turn', 'stop_sequence', 'tool_use'],
  // The Responses API's word for a whole answer.
  'completed',
]);
const LENGTH = new Set([
  ...['length', 'max_tokens', 'model_length', 'model_context_window_exceeded', 'max_output_tokens'],
]);
const FILTER = new Set(['content_filter', 'sensitive', 'safety', 'refusal', 'recitation']);

/** The reason's meaning; 'broken' for one that stands for an error, or that nobody knows. */
export function meaningOf(reason: string | undefined, hasCalls: boolean): FinishReason | 'broken' {
  const word = (reason ?? 'stop').toLowerCase();
  if (LENGTH.has(word)) return 'length';
  if (FILTER.has(word)) return 'content_filter';
  if (!DONE.has(word)) return 'broken';
  // Some say `stop` after tool calls: what counts is whether there is one.
  return hasCalls ? 'tool_calls' : 'stop';
}
