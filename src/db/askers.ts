/**
 * For whom something is done, so that the connections to Postgres are shared out by person: whatever one, or ten, have
 * begun at once, whoever asks for one thing gets its statements through (SR-H8).
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createFairGate } from '../threads/fair-gate.ts';

const asker = new AsyncLocalStorage<string>();

/** Runs `act`; what it begins is done for this person. */
export function onBehalfOf<T>(personId: string, act: () => T): T {
  return asker.run(personId, act);
}

/** Runs `act`; what it begins is done for everybody, whoever was the first to need it. */
export function forEverybody<T>(act: () => T): T {
  return asker.exit(act);
}

/**
 * Makes so many places, and gives one in turn to the person for whom something is done. What is done for everybody
 * waits for none and takes none.
 */
export function turnsByPerson(places: number): (signal: AbortSignal) => Promise<Disposable | undefined> {
  const gate = createFairGate({ places, placesForGuests: places, placesOf: () => places });
  return async (signal) => {
    const id = asker.getStore();
    return id === undefined ? undefined : await gate.enter({ id, guest: false }, signal);
  };
}
