import { useI18n } from 'vue-i18n';
import type { Usage } from '../../../src/domain/messages.ts';

/** `partly`: some of it has no known price, so that it costs more than `cost` says. */
export type UsageText = (usage: Usage, partly?: boolean) => string;

/** Says what something took: tokens, how many of them were cached or thought, and what they cost (M20). */
export function useUsageText(): UsageText {
  const { t, n, locale } = useI18n();

  function share(part: number, whole: number): string {
    return new Intl.NumberFormat(locale.value, { style: 'percent' }).format(whole === 0 ? 0 : part / whole);
  }

  // A price has the currency that was configured with it, which is not said: a bare number.
  function price(cost: number): string {
    const digits = cost !== 0 && cost < 1 ? { maximumSignificantDigits: 2 } : { maximumFractionDigits: 2 };
    return new Intl.NumberFormat(locale.value, digits).format(cost);
  }

  return ({ inputTokens, outputTokens, cachedTokens, reasoningTokens, cost, estimated }, partly = false) => {
    const input = t('thread.tokensIn', { count: n(inputTokens) });
    const output = t('thread.tokensOut', { count: n(outputTokens) });
    const cached =
      cachedTokens === undefined
        ? []
        : [t('thread.cachedShare', { share: share(cachedTokens, inputTokens) })];
    const thought = reasoningTokens ? [t('thread.thought', { count: n(reasoningTokens) })] : [];
    const guess = estimated ? [t('thread.estimated')] : [];
    return [
      withNotes(input, cached),
      withNotes(output, [...thought, ...guess]),
      cost === undefined
        ? t('thread.costUnknown')
        : t(partly ? 'thread.costAtLeast' : 'thread.cost', { cost: price(cost) }),
    ].join(' · ');
  };
}

function withNotes(text: string, notes: string[]): string {
  return notes.length === 0 ? text : `${text} (${notes.join(', ')})`;
}
