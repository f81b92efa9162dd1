/**
 * Which sessions go on. An access token ends with its session (SR-L8): when somebody signs out, changes the password, or is
 * gone, and when a guest becomes an account. Postgres is asked once a session, and tells every api of those that end;
 * while it cannot be heard, it is asked each time.
 */
import type { Database } from '../../db/database.ts';
import { sessionsThatGoOn } from '../../db/sessions.ts';

/** Sessions that are remembered; the one that was asked about first is forgotten first. */
const MOST_REMEMBERED = 10_000;

export interface OpenSessions {
  goesOn(sessionId: string): Promise<boolean>;
  /** Calls `onEnd` when the session has ended, or cannot be asked about; gives what calls that off. */
  watch(sessionId: string, onEnd: () => void): () => void;
}

/** What the session that LISTENs tells. */
export interface SessionNews {
  /** Ends are told from now on; those of before are looked for. */
  heard(): Promise<void>;
  ended(sessionId: string): void;
  /** Ends are not told for a while. */
  lost(): void;
}

/** @param db a pool: what is asked here is asked by every request */
export function createOpenSessions(
  db: Database,
  ask: typeof sessionsThatGoOn = sessionsThatGoOn,
): OpenSessions & { news: SessionNews } {
  const answers = new Map<string, Promise<boolean>>();
  const watchers = new Map<string, Set<() => void>>();
  let isHeard = false;

  function goesOn(sessionId: string): Promise<boolean> {
    const known = answers.get(sessionId);
    if (known !== undefined) return known;
    const answer = ask(db, [sessionId]).then((going) => going.has(sessionId));
    if (isHeard) remember(sessionId, answer);
    return answer;
  }

  /** Before the answer is there: an end that is told meanwhile takes it out again. */
  function remember(sessionId: string, answer: Promise<boolean>): void {
    answers.set(sessionId, answer);
    answer.catch(() => {
      if (answers.get(sessionId) === answer) answers.delete(sessionId);
    });
    const [oldest] = answers.keys();
    if (answers.size > MOST_REMEMBERED && oldest !== undefined) answers.delete(oldest);
  }

  function ended(sessionId: string): void {
    answers.delete(sessionId);
    const told = watchers.get(sessionId) ?? new Set();
    watchers.delete(sessionId);
    for (const onEnd of told) {
      told.delete(onEnd);
      onEnd();
    }
  }

  return {
    goesOn,
    watch(sessionId, onEnd) {
      const others = watchers.get(sessionId) ?? new Set();
      watchers.set(sessionId, others.add(onEnd));
      const endUnlessLeft = () => {
        if (others.delete(onEnd)) onEnd();
      };
      // An end that was told of just before nobody here had heard.
      goesOn(sessionId).then((going) => {
        if (!going) endUnlessLeft();
      }, endUnlessLeft);
      return () => {
        others.delete(onEnd);
        if (others.size === 0 && watchers.get(sessionId) === others) watchers.delete(sessionId);
      };
    },
    news: {
      async heard() {
        answers.clear();
        isHeard = true;
        const watched = [...watchers.keys()];
        if (watched.length === 0) return;
        const going = await ask(db, watched);
        for (const sessionId of watched) if (!going.has(sessionId)) ended(sessionId);
      },
      ended,
      lost() {
        isHeard = false;
        answers.clear();
      },
    },
  };
}
