/** What this needs of a KeyboardEvent. */
export interface PressedKey {
  key: string;
  shiftKey: boolean;
  isComposing: boolean;
  keyCode: number;
}

/**
 * Enter by itself. An Enter that confirms an input method's candidate is none: browsers mark it as composing,
 * or (Safari, where the composition has just ended) by the key code 229.
 */
export function isSendKey(event: PressedKey): boolean {
  return event.key === 'Enter' && !event.shiftKey && !event.isComposing && event.keyCode !== 229;
}
