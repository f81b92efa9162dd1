import { useEventListener } from '@vueuse/core';

/** Acts on Escape, unless that closes a menu or a dialog, or ends the composing of a character. Within a component. */
export function onEscape(act: () => void): void {
  // Looked at before anybody handles the key: afterwards what it closed is gone.
  let layered = false;
  useEventListener(
    window,
    'keydown',
    () => {
      layered = document.querySelector('[data-dismissable-layer]') !== null;
    },
    { capture: true },
  );
  useEventListener(window, 'keydown', (event) => {
    if (event.key === 'Escape' && !layered && !event.defaultPrevented && !event.isComposing) act();
  });
}
