/** Parts of the page whose code did not come, and that wait to be tried again. */
import { computed, shallowRef } from 'vue';

const waiting = shallowRef<readonly (() => void)[]>([]);

export const partsAreMissing = computed(() => waiting.value.length > 0);

export function waitForRetry(retry: () => void): void {
  waiting.value = [...waiting.value, retry];
}

export function retryParts(): void {
  const all = waiting.value;
  waiting.value = [];
  for (const retry of all) retry();
}

/** What browsers say where a script of the page cannot be loaded. */
export function isMissingPart(error: unknown): boolean {
  return (
    error instanceof Error &&
    /dynamically imported module|module script failed|preload CSS/i.test(error.message)
  );
}
