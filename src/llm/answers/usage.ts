/** Usage as vendors report it (M20): checked, for it is added up and shown; undefined where it is none. */
import { z } from 'zod';
import type { ReportedUsage } from '../types.ts';
import { isObject } from './assembly.ts';

/** More tokens than any window has: beyond it a count is no count. */
const count = z.int().min(0).max(1e9);
const money = z.number().min(0).max(1e6);
/** xAI's ticks of a dollar. */
const TICKS = 1e10;

/** The usage in an object such as `{prompt_tokens, completion_tokens, …}` or the Responses API's `{input_tokens, …}`. */
export function readUsage(value: unknown): ReportedUsage | undefined {
  if (!isObject(value)) return undefined;
  const input = number(value.prompt_tokens ?? value.input_tokens);
  const completion = number(value.completion_tokens ?? value.output_tokens);
  if (input === undefined || completion === undefined) return undefined;
  // Some leave reasoning out of the completion, but not out of the total.
  const total = number(value.total_tokens) ?? 0;
  const output = Math.max(completion, total - input);
  if (input + output <= 0) return undefined;
  const given = inside(value.prompt_tokens_details ?? value.input_tokens_details);
  const made = inside(value.completion_tokens_details ?? value.output_tokens_details);
  const cached = firstNumber(
    given.cached_tokens,
    value.prompt_cache_hit_tokens,
    value.cached_tokens,
    value.cache_read_input_tokens,
  );
  const written = firstNumber(value.cache_creation_input_tokens, given.cache_write_tokens);
  const reasoning = firstNumber(made.reasoning_tokens, value.reasoning_tokens);
  const cost = costOf(value);
  return {
    inputTokens: input,
    outputTokens: output,
    ...(cached === undefined ? {} : { cachedTokens: Math.min(cached, input) }),
    ...(written === undefined ? {} : { writtenTokens: Math.min(written, input) }),
    ...(reasoning === undefined ? {} : { reasoningTokens: Math.min(reasoning, output) }),
    ...(cost === undefined ? {} : { cost }),
  };
}

function costOf({ cost, cost_in_usd_ticks: ticks }: Record<string, unknown>): number | undefined {
  const given = money.safeParse(cost);
  if (given.success) return given.data;
  const inTicks = money.safeParse(typeof ticks === 'number' ? ticks / TICKS : undefined);
  return inTicks.success ? inTicks.data : undefined;
}

function inside(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}

function number(value: unknown): number | undefined {
  const parsed = count.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

/** The first that is a count above zero; 0 where one is zero; undefined where none is a count. */
function firstNumber(...values: unknown[]): number | undefined {
  const counts = values.map(number).filter((found) => found !== undefined);
  return counts.find((found) => found > 0) ?? counts[0];
}
