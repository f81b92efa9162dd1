/**
 * What the paper said before the latest turn, for showing what that turn changed. The server keeps no old text, so
 * the page remembers what it read when the turn began; a browser that came later does not know, and says so.
 */
import type { KeyValueStore } from '../live/outbox.ts';

export interface BeforeTurn {
  /** The paper says this and the turn has not touched it. Only the first word about a turn counts. */
  remember(turn: number, text: string): void;
  /** What it said before that turn; null: this browser was not there. */
  of(turn: number): string | null;
}

/** Beyond this the browser's store is not the place for it. */
const LIMIT = 1_000_000;

export function createBeforeTurn(
  store: Pick<KeyValueStore, 'getItem' | 'setItem'>,
  workId: string,
): BeforeTurn {
  const key = `paperagent.before.${workId}`;
  function read(): { turn: number; text: string } | null {
    const kept = store.getItem(key);
    return kept === null ? null : (JSON.parse(kept) as { turn: number; text: string });
  }
  return {
    remember(turn, text) {
      if (text.length > LIMIT || (read()?.turn ?? 0) >= turn) return;
      store.setItem(key, JSON.stringify({ turn, text }));
    },
    of(turn) {
      const kept = read();
      return kept?.turn === turn ? kept.text : null;
    },
  };
}
