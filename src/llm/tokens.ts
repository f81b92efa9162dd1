/** Counting tokens here, for vendors that report none (P9) and for the context manager's budget (F7). */
import { userText } from './requests/user-text.ts';
import type { ChatMessage, ToolDefinition } from './types.ts';

/** What the chat format adds around each message, by OpenAI's published count. */
const PER_MESSAGE = 4;
/**
 * The tokenizer is quadratic in a run without a word boundary; pieces keep it linear, at the price of
 * at most one token more per piece.
 */
const PIECE = 1_000;

/** Side of the squares by which pictures are billed, in pixels: the smallest of the vendors' that tell theirs. */
const PICTURE_SQUARE = 28;
/** What stands around a picture in the prompt. */
const PER_PICTURE = 100;

/**
 * Tokens that a picture fills at most, by the vendors' rules (Qwen: one for each square of 28 pixels; OpenAI: of 32 pixels,
 * or 170 for each of 512; Anthropic: one for 750 pixels; Google: 258 for each tile of 768): 3,236 at 1,568 pixels a side.
 */
export function tokensOfPicture({ width, height }: { width: number; height: number }): number {
  return PER_PICTURE + Math.ceil(width / PICTURE_SQUARE) * Math.ceil(height / PICTURE_SQUARE);
}

/** Tokens of a text, counted here and now. */
export type CountTokens = (text: string) => number;

/** The counter, in the o200k encoding. Its tables (about 2 MB of source) are loaded at the first call. */
export async function loadTokenCounter(): Promise<CountTokens> {
  const { countTokens: count } = await import('gpt-tokenizer/encoding/o200k_base');
  // Text may quote a special token such as <|endoftext|>: count it as text instead of throwing.
  const asText = { disallowedSpecial: new Set<string>() };
  return (text) => {
    let tokens = 0;
    for (let at = 0; at < text.length; at += PIECE) tokens += count(text.slice(at, at + PIECE), asText);
    return tokens;
  };
}

/** Tokens of `text` in the o200k encoding. */
export async function countText(text: string): Promise<number> {
  return (await loadTokenCounter())(text);
}

/** Tokens that a request with these messages and tools fills, to within a few per cent for other vendors' encodings. */
export async function countTokens(messages: ChatMessage[], tools: ToolDefinition[]): Promise<number> {
  const count = await loadTokenCounter();
  return tokensOfMessages(messages, count) + (tools.length > 0 ? count(JSON.stringify(tools)) : 0);
}

/** Tokens of messages alone, by the given counter. */
export function tokensOfMessages(messages: ChatMessage[], count: CountTokens): number {
  let tokens = messages.length * PER_MESSAGE;
  for (const message of messages) {
    tokens += count(message.role === 'user' ? userText(message.parts) : (message.content ?? ''));
    if (message.role === 'user') {
      for (const part of message.parts) if (part.type === 'picture') tokens += tokensOfPicture(part);
    }
    if (message.role !== 'assistant') continue;
    if (message.returned !== undefined) tokens += count(JSON.stringify(message.returned));
    for (const call of message.tool_calls ?? []) {
      tokens += count(call.function.name + call.function.arguments) + PER_MESSAGE;
    }
  }
  return tokens;
}
