/** What a server has refused, kept so that the next call begins with it (M19). */
import type { ModelEndpoint } from '../types.ts';
import { knownFields, type ProfileChange } from './profile.ts';

/** What a refusal taught: a change of the profile, and the server's words for it. */
export interface LearnedFact {
  change: ProfileChange;
  /** What the server said: shown to whoever set the model up. */
  words: string;
}

/** Whose facts they are: of a model that a person set up, or (null) of the server's own. */
export type LearnedOf = Pick<ModelEndpoint, 'baseUrl' | 'model'> & { id?: string | undefined };

export interface Learning {
  /** What is known of an endpoint and model; nothing that can be waited for long. */
  known(endpoint: LearnedOf): Promise<ProfileChange>;
  /** Keeps what a call has learned, once it was answered. Never rejects. */
  learn(endpoint: LearnedOf, facts: LearnedFact[]): Promise<void>;
  /** Forgets all of it, here at once and in other processes soon (FRESH_MS). Rejects where it stays. */
  forget(endpoint: LearnedOf): Promise<void>;
}

/** Where facts are kept; in Postgres, for a running system. */
export interface LearnedStore {
  /** Fields and their values, as they were written; perhaps by another version. */
  read(of: LearnedOf): Promise<Record<string, unknown>>;
  write(of: LearnedOf, facts: LearnedFact[]): Promise<void>;
  forget(of: LearnedOf): Promise<void>;
}

/** How long what was read is believed: so long may it take until what somebody had forgotten is forgotten everywhere. */
const FRESH_MS = 20_000;
const MOST_REMEMBERED = 1_000;

/** Remembers what the store says; without one, for this process only. `onError` is told of a store that fails. */
export function createLearning(store?: LearnedStore, onError: (error: unknown) => void = () => {}): Learning {
  const remembered = new Map<string, { change: ProfileChange; readAt: number }>();

  function remember(key: string, change: ProfileChange): void {
    remembered.delete(key);
    remembered.set(key, { change, readAt: performance.now() });
    if (remembered.size > MOST_REMEMBERED) remembered.delete(remembered.keys().next().value as string);
  }

  return {
    async known(of) {
      const key = keyOf(of);
      const found = remembered.get(key);
      if (store === undefined || (found !== undefined && performance.now() - found.readAt < FRESH_MS)) {
        return found?.change ?? {};
      }
      try {
        remember(key, knownFields(await store.read(of)));
      } catch (error) {
        // A call without it costs a refusal, which is not billed.
        onError(error);
      }
      return remembered.get(key)?.change ?? {};
    },
    async learn(of, facts) {
      const change = Object.assign(
        {},
        remembered.get(keyOf(of))?.change,
        ...facts.map((fact) => fact.change),
      );
      remember(keyOf(of), change);
      await store?.write(of, facts).catch(onError);
    },
    async forget(of) {
      await store?.forget(of);
      remembered.delete(keyOf(of));
    },
  };
}

function keyOf({ id, baseUrl, model }: LearnedOf): string {
  return JSON.stringify([id ?? null, baseUrl, model]);
}
