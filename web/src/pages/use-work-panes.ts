import { useStorage } from '@vueuse/core';
import { computed } from 'vue';
import { useI18n } from 'vue-i18n';
import { browserStore } from '../shell/browser-store.ts';

const PANES = [
  { id: 'conversation', slot: 'conversation' as const, defaultSize: 42, minSize: 25, order: 1 },
  { id: 'files', slot: 'files' as const, defaultSize: 16, minSize: 10, order: 2 },
  { id: 'paper', slot: 'paper' as const, defaultSize: 42, minSize: 25, order: 3 },
];

/** A Work's panes side by side; the tree can give its room to the paper (V45). */
export function useWorkPanes() {
  const { t } = useI18n();
  const filesShown = useStorage('paperagent.filesShown', true, browserStore);
  const panes = computed(() => PANES.filter(({ id }) => filesShown.value || id !== 'files'));

  /** What the splitter behind that pane is called. */
  function dividerName(index: number): string {
    const [left, right] = [panes.value[index], panes.value[index + 1]];
    if (left === undefined || right === undefined) return '';
    return t('work.between', { left: t(`work.${left.id}`), right: t(`work.${right.id}`) });
  }
  return { filesShown, panes, dividerName };
}
