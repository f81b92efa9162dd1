import { useEventListener } from '@vueuse/core';
import { type Ref, ref } from 'vue';

/** From this width on the three panes stand side by side. */
const WIDE = '(min-width: 1024px)';

/**
 * Whether the window is wide. Paper is narrow, and the layout is not: printing would take the panes down and put them
 * up again, and with them whatever the person was at.
 */
export function useWide(): Readonly<Ref<boolean>> {
  const query = matchMedia(WIDE);
  const print = matchMedia('print');
  const wide = ref(query.matches);
  const look = () => {
    if (!print.matches) wide.value = query.matches;
  };
  useEventListener(query, 'change', look);
  // A window may have been made narrow while it printed.
  useEventListener(print, 'change', look);
  return wide;
}
