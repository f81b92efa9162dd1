/** Whether this browser tells its person what their projects do while no tab of the page is in sight (V30). */
import { type RemovableRef, useEventListener, useStorage } from '@vueuse/core';
import { browserStore } from './browser-store.ts';

const KEY = 'paperagent.away';

/** Off until a person switches it on; the same in all tabs. */
export function useAwaySwitch(): RemovableRef<boolean> {
  const isOn = useStorage(KEY, false, browserStore, { writeDefaults: false });
  useEventListener(window, 'storage', ({ key }) => {
    if (key === KEY || key === null) isOn.value = browserStore.getItem(KEY) === 'true';
  });
  return isOn;
}
