/** How a message goes out, by the key or the button it was sent with and whether a turn runs. */
import type { Delivery } from '../../../src/domain/messages.ts';
import { isSendKey, type PressedKey } from './send-key.ts';

/** What the key does: Enter sends (and queues behind a running turn), Ctrl or Cmd with it steers that turn. */
export function deliveryOf(
  event: PressedKey & { ctrlKey: boolean; metaKey: boolean },
  running: boolean,
): Delivery | null {
  if (!isSendKey(event)) return null;
  return running && (event.ctrlKey || event.metaKey) ? 'steer' : 'queue';
}
