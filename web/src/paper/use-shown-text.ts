/** The text that the sheet draws: what is stored and typed, what the agent is adding, and marks around its numbers. */
import { computed, provide, shallowRef } from 'vue';
import { type Decorate, decorateKey } from '../markdown/decorate.ts';
import type { Manuscript } from './manuscript.ts';
import type { PaperCall } from './paper-calls.ts';
import { useCitations } from './use-citations.ts';
import { useGrowth } from './use-growth.ts';

/** The text with marks around its numbers, and what becomes of them where it is drawn. */
export interface MarkedText {
  /** The text without them. */
  of: string;
  source: string;
  decorate: Decorate;
}

/** Within the component that holds the sheet: it gives the sheet its decoration. */
export function useShownText(
  text: () => string | null,
  manuscript: () => Manuscript | null,
  calls: () => readonly PaperCall[],
) {
  const marked = shallowRef<MarkedText | null>(null);
  const current = computed(() => (marked.value?.of === text() ? marked.value : null));
  provide(
    decorateKey,
    computed(() => current.value?.decorate ?? null),
  );

  /** The text that is drawn, where all of it is stored. */
  const stored = computed(() => {
    const now = manuscript();
    if (now?.kind !== 'clean') return null;
    return { text: current.value?.source ?? now.stored.text, etag: now.stored.etag };
  });
  const growth = useGrowth(calls, () => stored.value);
  const source = useCitations(() => growth.value?.text ?? current.value?.source ?? text() ?? '');
  return { marked, growth, source };
}
