/**
 * What the paper said before the latest turn, for showing what that turn changed. The page remembers what it read
 * when the turn began; a browser that came later does not know, and says so.
 */
export interface BeforeTurn {
  /** The paper says this and the turn has not touched it. Only the first word about a turn counts. */
  remember(turn: number, text: string): Promise<void>;
  /** What it said before that turn; null: this browser was not there. */
  of(turn: number): Promise<string | null>;
}

export interface Paper {
  workId: string;
  turn: number;
  text: string;
  /** When it was kept, in milliseconds since the epoch. */
  at: number;
}

/** One paper a Work. */
export interface PaperStore {
  get(workId: string): Promise<Paper | null>;
  put(paper: Paper): Promise<void>;
}

/** Longer ones are not kept, in UTF-16 units. */
const LONGEST = 1_000_000;

export function createBeforeTurn(store: PaperStore, workId: string, now: () => number): BeforeTurn {
  /** The newest turn of which there is word: it holds before the store has answered. */
  let known: Promise<Paper | null> = store.get(workId);
  return {
    async remember(turn, text) {
      const before = known;
      known = before.then(async (kept) => {
        if (text.length > LONGEST || (kept?.turn ?? 0) >= turn) return kept;
        const paper = { workId, turn, text, at: now() };
        await store.put(paper);
        return paper;
      });
      await known;
    },
    async of(turn) {
      const kept = await known;
      return kept?.turn === turn ? kept.text : null;
    },
  };
}
