/** How a message goes out, by the key or the button it was sent with and whether a turn runs. */
import type { Delivery } from '../../../src/domain/messages.ts';
import { isSendKey, type PressedKey } from './send-key.ts';

/** A longer text goes along as a file, in UTF-16 code units: a message takes 64 KiB, and nobody reads that in a bubble (V40). */
const MOST_PASTED = 16_000;

/** A text as a file that goes with a message. */
export function asTextFile(text: string): File {
  return new File([text], 'pasted.txt', { type: 'text/plain' });
}

/** What of a clipboard goes along as files: its files, or a text that is too long to be read in a message. */
export function filesOfPaste(files: readonly File[], text: string): File[] {
  if (files.length > 0) return [...files];
  return text.length > MOST_PASTED ? [asTextFile(text)] : [];
}

/** What the key does: Enter sends (and queues behind a running turn), Ctrl or Cmd with it steers that turn. */
export function deliveryOf(
  event: PressedKey & { ctrlKey: boolean; metaKey: boolean },
  running: boolean,
): Delivery | null {
  if (!isSendKey(event)) return null;
  return running && (event.ctrlKey || event.metaKey) ? 'steer' : 'queue';
}
