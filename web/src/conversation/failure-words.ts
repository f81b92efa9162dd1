/** What is said of a turn that failed. Pure. */
import type { TurnError } from '../../../src/domain/events.ts';

/** What a model's settings mend, where they are the person's (V37). */
const OF_SETTINGS = ['model_unauthorized', 'model_not_found', 'model_address_refused', 'model_bad_request'];

export interface FailureWords {
  /** The key of the sentence in the person's language; null where only the server has words for it. */
  known: string | null;
  /** The server's own words, for a closer look; the code of what is known stands with them alone (V38). */
  server: string | null;
  toSettings: boolean;
}

/** `has`: whether there is a sentence of that key. */
export function failureWords(error: TurnError | undefined, has: (key: string) => boolean): FailureWords {
  const key = `failure.${error?.code}`;
  const known = error !== undefined && has(key) ? key : null;
  return {
    known,
    server: error === undefined ? null : known === null ? error.message : `${error.message} (${error.code})`,
    toSettings: OF_SETTINGS.includes(error?.code ?? ''),
  };
}
