import { watchDebounced } from '@vueuse/core';
import { type Ref, shallowRef } from 'vue';
import { findLimits, type LimitsQuestion, type ModelLimits } from '../api/models.ts';
import { useSession } from '../shell/use-session.ts';

/**
 * What is found out of the model that a form names (M7), asked anew as it is typed; null until then, and where it cannot
 * be asked: saving says what is wrong.
 */
export function useModelLimits(question: Ref<LimitsQuestion>): Readonly<Ref<ModelLimits | null>> {
  const { http } = useSession();
  const limits = shallowRef<ModelLimits | null>(null);
  let newest = 0;

  async function ask(): Promise<void> {
    newest += 1;
    const mine = newest;
    limits.value = null;
    const { baseUrl, model } = question.value;
    if (!/^https?:$/.test(URL.parse(baseUrl)?.protocol ?? '') || model === '') return;
    const found = await findLimits(http, question.value).catch(() => null);
    if (mine === newest) limits.value = found;
  }

  watchDebounced(() => JSON.stringify(question.value), ask, { debounce: 500, immediate: true });
  return limits;
}
