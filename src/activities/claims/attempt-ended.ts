/** Why an attempt was told to end. */
export type EndReason = 'stopped' | 'fenced' | 'shutdown';

/** The reason of an attempt's aborted signal. */
export class AttemptEnded extends Error {
  readonly why: EndReason;
  constructor(why: EndReason) {
    super(`the attempt was ${why === 'shutdown' ? 'interrupted by a shutdown' : why}`);
    this.name = 'AttemptEnded';
    this.why = why;
  }
}

/** Why an attempt was ended; undefined where it was not. */
export function whyEnded({ signal }: { signal: AbortSignal }): EndReason | undefined {
  return signal.aborted ? (signal.reason as AttemptEnded).why : undefined;
}
