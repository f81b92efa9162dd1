/** What set-up tells the person at the terminal, a line at a time. */

/** Takes one line of progress, without its newline. */
export type OnProgress = (line: string) => void;

/** The time since `since` (of `performance.now()`) as people read it: `0.4 s`, `75 s`. */
export function elapsed(since: number): string {
  const seconds = (performance.now() - since) / 1000;
  return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
}
