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
