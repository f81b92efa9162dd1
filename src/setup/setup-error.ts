/** Something that keeps the system from starting; the message is one sentence for the person at the terminal. */
export class SetupError extends Error {
  override name = 'SetupError';
}
