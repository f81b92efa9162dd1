/**
 * A text's blocks, safe to show. Of a message only as many new ones come with a frame as leave the page answering:
 * a burst of text is shown over several frames, and one that is long to draw is drawn anew less often.
 */
import { type ShallowRef, shallowRef, watch } from 'vue';
import { usePace } from '../shell/use-pace.ts';
import { createMarkdownBlocks, type MarkdownFlavour } from './blocks.ts';
import { sanitise } from './sanitise.ts';

/** Milliseconds of a frame that making blocks safe may take; putting them into the page takes several times that. */
const SHARE_MS = 6;
/** A text's blocks: as they were read, and the ones of them that are drawn already as they are shown. */
export interface SafeBlocks {
  read: readonly string[];
  safe: string[];
}

export function useSafeBlocks(
  source: () => string,
  flavour: MarkdownFlavour,
): Readonly<ShallowRef<SafeBlocks>> {
  const parse = createMarkdownBlocks(flavour);
  const shown = shallowRef<SafeBlocks>({ read: [], safe: [] });
  const pace = usePace(draw);

  function draw(): void {
    const began = performance.now();
    const read = parse(source());
    const before = shown.value;
    const safe: string[] = [];
    for (const [index, block] of read.entries()) {
      const same = before.read[index] === block ? before.safe[index] : undefined;
      // A paper is drawn whole: one jumps to its sections, and each is written at once.
      const late = flavour === 'message' && safe.length > 0 && performance.now() - began > SHARE_MS;
      if (same === undefined && late) break;
      safe.push(same ?? sanitise(block));
    }
    shown.value = { read, safe };
    if (safe.length < read.length) pace.goOn();
  }

  watch(source, pace.request, { immediate: true });
  watch(shown, pace.drawn, { flush: 'post' });
  return shown;
}
