/**
 * A text's blocks, safe to show. Of a message only as many new ones come with a frame as leave the page answering:
 * a burst of text is shown over several frames, and one that is long to draw is drawn anew less often.
 */
import { onScopeDispose, type ShallowRef, shallowRef, watch } from 'vue';
import { onNextFrame } from '../shell/next-frame.ts';
import { createMarkdownBlocks, type MarkdownFlavour } from './blocks.ts';
import { sanitise } from './sanitise.ts';

/** Milliseconds of a frame that making blocks safe may take; putting them into the page takes several times that. */
const SHARE_MS = 6;
/** After a drawing the page has this many times as long for everything else. */
const REST = 3;

export function useSafeBlocks(
  source: () => string,
  flavour: MarkdownFlavour,
): Readonly<ShallowRef<string[]>> {
  const parse = createMarkdownBlocks(flavour);
  const shown = shallowRef<string[]>([]);
  /** What `shown` was made from, block by block. */
  let made: string[] = [];
  let began = 0;
  let earliest = 0;
  let cancel: (() => void) | null = null;

  function draw(): void {
    cancel = null;
    began = performance.now();
    const blocks = parse(source());
    const safe: string[] = [];
    for (const [index, block] of blocks.entries()) {
      const same = made[index] === block ? shown.value[index] : undefined;
      // A paper is drawn whole: one jumps to its sections, and each is written at once.
      const late = flavour === 'message' && safe.length > 0 && performance.now() - began > SHARE_MS;
      if (same === undefined && late) break;
      safe.push(same ?? sanitise(block));
    }
    made = blocks;
    shown.value = safe;
    if (safe.length < blocks.length) cancel = onNextFrame(draw);
  }

  function rest(): void {
    const now = performance.now();
    earliest = now + REST * (now - began);
  }

  function request(): void {
    if (cancel !== null) return;
    const wait = earliest - performance.now();
    if (wait <= 0) {
      draw();
      return;
    }
    const timer = setTimeout(draw, wait);
    cancel = () => clearTimeout(timer);
  }

  watch(source, request, { immediate: true });
  watch(shown, rest, { flush: 'post' });
  onScopeDispose(() => cancel?.());
  return shown;
}
