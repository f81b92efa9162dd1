import { computed, type Ref, shallowRef, watch } from 'vue';
import { usePace } from '../shell/use-pace.ts';
import type { PaperCall } from './paper-calls.ts';
import { notYetRead } from './paper-calls.ts';

/** A paper with what is being written into it, and the text that it was made from. */
export interface GrowingPaper {
  base: string;
  text: string;
}

/**
 * The paper as it grows while the agent writes (V5); null where nothing is on its way.
 *
 * @param stored the text on show and the hash of the file it was read from; null while a person's own words are in it
 */
export function useGrowth(
  calls: () => readonly PaperCall[],
  stored: () => { text: string; etag: string | null } | null,
): Readonly<Ref<GrowingPaper | null>> {
  const noted = new Map<string, string | null | undefined>();
  const open = computed(() => {
    const paper = stored();
    return paper === null ? [] : notYetRead(calls(), paper.etag, noted);
  });
  const shown = shallowRef<GrowingPaper | null>(null);
  /** What reads the calls comes when there is one. */
  let grown: ((text: string, calls: readonly PaperCall[]) => string) | null = null;
  const pace = usePace(draw);

  function draw(): void {
    const paper = stored();
    if (paper === null || open.value.length === 0 || grown === null) {
      shown.value = null;
      return;
    }
    const text = grown(paper.text, open.value);
    shown.value = text === paper.text ? null : { base: paper.text, text };
  }

  async function bring(): Promise<void> {
    try {
      grown = (await import('./growth.ts')).grown;
      pace.request();
    } catch (error) {
      // The sections appear when they are stored, then.
      console.warn('the paper does not grow', error);
    }
  }

  watch(
    () => [open.value, stored()?.text] as const,
    ([now]) => {
      // Stored text takes the place of what grew in the same drawing: it must not be gone in between.
      if (now.length === 0) draw();
      else if (grown === null) void bring();
      else pace.request();
    },
    { immediate: true },
  );
  watch(shown, pace.drawn, { flush: 'post' });
  return shown;
}
