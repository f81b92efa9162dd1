/** What a call costs (M20). */
import type { Prices } from '../domain/model-prices.ts';
import type { ReportedUsage } from './types.ts';

/** In the prices' currency. Input that was cached or written into the cache has prices of its own. */
export function costOf(
  { inputTokens, outputTokens, cachedTokens = 0, writtenTokens = 0 }: ReportedUsage,
  { input, output, cached = input, written = input }: Prices,
): number {
  const fresh = Math.max(0, inputTokens - cachedTokens - writtenTokens);
  const parts = fresh * input + cachedTokens * cached + writtenTokens * written + outputTokens * output;
  return parts / 1e6;
}
