/**
 * The deadlines of one answer (P10, M11, M16, SR-H7), watched by one timer. Times are milliseconds.
 * Silence: nothing at all came for the time that the answer's state allows. Signs of life (comments, empty events)
 * hold it off for twice that time, tokens for as long as they come. A whole answer has ten minutes, and more as it
 * grows.
 */
import type { ModelTimeouts } from './types.ts';

/** A call's arguments may come when they are whole, and reasoning may not be sent: both take longer. */
const PATIENT = 2;
/** How long a server that shows signs of life, but no token, is waited for. */
const ALIVE = 2;
/** How long usage and `[DONE]` may take once the model has said that it is finished. */
const AFTER_FINISH_MS = 3_000;
/** The same where it said so before its end, as some do with each chunk. */
const AFTER_EARLY_FINISH_MS = 30_000;
/** A whole answer: what a slow model takes for a section, and no server that drips. */
const WHOLE_MS = 600_000;
/** What each character of an answer adds: a model that writes ten a second goes on. */
const WHOLE_MS_PER_CHARACTER = 100;
const LONGEST_WHOLE_MS = 3_600_000;

export type Late = 'no token' | 'silence' | 'no end' | 'goodbye';

/** What the clock has to know of the answer. */
export interface AnswerState {
  sawToken: boolean;
  isBusy: boolean;
  isFinished: boolean;
  /** It said that it was finished, and more came. */
  finishedEarly: boolean;
  /** Characters received. */
  received: number;
}

export interface AnswerClock {
  /** Something came. */
  alive(): void;
  /** A token came, or the answer's state has changed. */
  moved(): void;
  stop(): void;
}

/**
 * @param patience multiplies the deadlines of silence
 * @param onLate is told what did not come in which time
 */
export function startAnswerClock(
  { firstTokenMs, stallMs }: ModelTimeouts,
  patience: number,
  state: () => AnswerState,
  onLate: (late: Late, afterMs: number) => void,
): AnswerClock {
  // A slow first token and one long silence, each within its own deadline, are no reason to end.
  const leastWhole = (firstTokenMs + stallMs * PATIENT) * patience;
  const began = performance.now();
  let aliveAt = began;
  let movedAt = began;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  function deadlines(): { late: Late; at: number; ms: number }[] {
    const { sawToken, isBusy, isFinished, finishedEarly, received } = state();
    const lifeAt = Math.max(aliveAt, movedAt);
    if (isFinished) {
      const ms = Math.min(finishedEarly ? AFTER_EARLY_FINISH_MS : AFTER_FINISH_MS, stallMs);
      return [{ late: 'goodbye', at: lifeAt + ms, ms }];
    }
    const late = sawToken ? 'silence' : 'no token';
    const silence = (sawToken ? stallMs * (isBusy ? PATIENT : 1) : firstTokenMs) * patience;
    const longest = Math.max(silence, (sawToken ? stallMs : firstTokenMs) * ALIVE * patience);
    const whole = Math.max(
      leastWhole,
      Math.min(LONGEST_WHOLE_MS, WHOLE_MS + received * WHOLE_MS_PER_CHARACTER),
    );
    return [
      { late, at: lifeAt + silence, ms: silence },
      { late, at: movedAt + longest, ms: longest },
      { late: 'no end', at: began + whole, ms: whole },
    ];
  }

  function watch(): void {
    const next = deadlines().reduce((first, other) => (other.at < first.at ? other : first));
    const now = performance.now();
    if (next.at <= now) {
      onLate(next.late, next.ms);
      return;
    }
    clearTimeout(timer);
    timer = setTimeout(watch, next.at - now);
  }

  /** What makes a deadline longer or shorter; more characters only ever make one longer. */
  function phase(): string {
    const { sawToken, isBusy, isFinished, finishedEarly } = state();
    return `${sawToken} ${isBusy} ${isFinished} ${finishedEarly}`;
  }
  let watched = phase();
  watch();

  return {
    // The timer finds out by itself that it rang too early: this is called with each piece. Too late it must not be.
    alive() {
      aliveAt = performance.now();
    },
    moved() {
      movedAt = performance.now();
      const now = phase();
      // A piece may end the call as it is handed on, and is told of afterwards.
      if (stopped || now === watched) return;
      watched = now;
      watch();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
