/** Keeps the place between reading and writing, and has text and preview scroll together (V46). */
import { until, useEventListener, useRafFn } from '@vueuse/core';
import { computed, nextTick, type Ref } from 'vue';
import { blockLines } from '../markdown/blocks.ts';
import { lineAt, placeOf, type ReadPlace } from './same-place.ts';

export interface ReadSide {
  place(): ReadPlace;
  showPlace(place: ReadPlace): void;
}

/** Its functions are absent while the editor's code is still on its way. */
export interface WriteSide {
  topLine?(): number;
  showLine?(line: number, options: { cursor: boolean }): void;
}

/** Lines are as high as the editor guesses until it has drawn them, and its fonts have come. */
const SETTLING_MS = 500;

/**
 * @param text what is read and written
 * @param beside both are in sight
 * @param pane what holds both: where the person's hand is decides which side leads
 */
export function useSamePlace(
  text: () => string,
  sides: { read: Ref<ReadSide | null>; write: Ref<WriteSide | null>; pane: Ref<HTMLElement | null> },
  beside: () => boolean,
) {
  const lines = computed(() => blockLines(text()));
  /** The side that the person moves; what the other one says of its scrolling is an echo. */
  let leads: 'read' | 'write' = 'write';
  /** How often the person has moved something. */
  let moves = 0;

  useEventListener(
    sides.pane,
    ['wheel', 'pointerdown', 'touchstart', 'keydown'],
    (event: Event) => {
      moves += 1;
      leads = event.target instanceof Element && event.target.closest('.cm-editor') ? 'write' : 'read';
    },
    { passive: true, capture: true },
  );

  function readScrolled(): void {
    const place = beside() && leads === 'read' ? sides.read.value?.place() : undefined;
    if (place !== undefined) sides.write.value?.showLine?.(lineAt(place, lines.value), { cursor: false });
  }

  function writeScrolled(): void {
    const line = beside() && leads === 'write' ? sides.write.value?.topLine?.() : undefined;
    if (line !== undefined) sides.read.value?.showPlace(placeOf(line, lines.value));
  }

  /** Begins to write at what is being read; the editor may still be on its way. */
  async function write(enter: () => void, block?: number): Promise<void> {
    const place = block === undefined ? sides.read.value?.place() : { block, part: 0 };
    enter();
    // What stands in its place while its code comes is no editor yet.
    await until(() => sides.write.value?.showLine !== undefined).toBe(true, { timeout: 10_000 });
    await nextTick();
    leads = 'write';
    if (place === undefined) return;
    const line = lineAt(place, lines.value);
    sides.write.value?.showLine?.(line, { cursor: true });
    keepOnTop(line);
  }

  /** Shows the line again where it slips away while the editor settles, until the person moves something. */
  function keepOnTop(line: number): void {
    const [before, began] = [moves, performance.now()];
    const { pause } = useRafFn(() => {
      if (moves !== before || performance.now() - began > SETTLING_MS) return pause();
      const now = sides.write.value?.topLine?.();
      if (now !== undefined && Math.abs(now - line) > 1)
        sides.write.value?.showLine?.(line, { cursor: false });
    });
  }

  /** Goes on reading at what was being written. */
  async function read(enter: () => void): Promise<void> {
    const line = sides.write.value?.topLine?.();
    enter();
    await nextTick();
    if (line !== undefined) sides.read.value?.showPlace(placeOf(line, lines.value));
  }

  /** The line at which a block begins. */
  const lineOf = (block: number) => lineAt({ block, part: 0 }, lines.value);

  return { readScrolled, writeScrolled, write, read, lineOf };
}
