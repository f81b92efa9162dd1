/** Waiting for the first of what arrives: frames, events, lines. */

export interface Arrivals {
  /** Something has come: whoever waits looks again. */
  arrived(): void;
  /** Nothing that could be waited for comes any more: all waits end with this error, those to come too. */
  fail(error: Error): void;
  /** What `search` finds, now or once it has come. @throws in `ms`, saying what was waited for and what came */
  first<T>(search: () => T | undefined, what: string, ms?: number): Promise<T>;
}

/** Shorter than a test may take, so that a test that hangs says what it waited for. */
const TIMEOUT_MS = 100_000;

/** @param soFar what has come, in words, for the error of a wait in vain */
export function createArrivals(soFar: () => string): Arrivals {
  let waiting: (() => void)[] = [];
  let failure: Error | undefined;

  function arrived(): void {
    const looks = waiting;
    waiting = [];
    for (const look of looks) look();
  }

  return {
    arrived,
    fail(error) {
      failure ??= error;
      arrived();
    },
    first<T>(search: () => T | undefined, what: string, ms = TIMEOUT_MS): Promise<T> {
      return new Promise((resolve, reject) => {
        let over = false;
        const late = setTimeout(() => {
          over = true;
          reject(new Error(`waited ${ms} ms in vain for ${what}; so far:\n${soFar()}`));
        }, ms);
        const look = () => {
          if (over) return;
          const found = search();
          if (found === undefined && failure === undefined) {
            waiting.push(look);
            return;
          }
          clearTimeout(late);
          if (found !== undefined) resolve(found);
          else reject(new Error(`while waiting for ${what}: ${failure?.message}`, { cause: failure }));
        };
        look();
      });
    },
  };
}

/** The last of a log, a line each. */
export function tail(items: unknown[]): string {
  return items
    .slice(-15)
    .map((item) => `  ${(typeof item === 'string' ? item : JSON.stringify(item)).slice(0, 300)}`)
    .join('\n');
}
