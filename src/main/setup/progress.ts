/** What set-up tells the person at the terminal, a line at a time. */

/** Takes one line of progress, without its newline. */
export type OnProgress = (line: string) => void;

/** Elapsed time as people read it: `0.4 s`, `75 s`. */
export function elapsed(since: number): string {
  const seconds = (performance.now() - since) / 1000;
  return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
}

/**
 * Runs one piece of set-up and says how long it took, and every 15 s that it still runs. A piece that had
 * nothing to do (`undefined`) is not mentioned.
 */
export async function step<T>(onProgress: OnProgress, name: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const beat = setInterval(() => onProgress(`${name}: still at it, ${elapsed(began)}`), 15_000);
  try {
    const result = await work();
    if (result !== undefined) onProgress(`${name}: ${elapsed(began)}`);
    return result;
  } finally {
    clearInterval(beat);
  }
}
