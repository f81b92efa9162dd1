/**
 * Places that many people share: so many at once in all, and none for somebody who has as many as are left for
 * others. Whoever holds none is therefore let in long before everything is taken, however much one person, or ten,
 * have begun that does not end.
 */

/** Whose work it is. */
export interface Person {
  id: string;
  guest: boolean;
}

export interface FairGateOptions {
  /** Places in all. */
  places: number;
  /** Places that guests may hold together; at least one. */
  placesForGuests: number;
  /** Places that one person may hold, on top of the rule that as many must be left for others. */
  placesOf: (person: Person) => number;
}

export interface FairGate {
  /**
   * Waits for a place, which is held until it is disposed of. Those who wait take turns by person. `atOnce` is for
   * what runs already and only needs to be counted: it gets a place although there may be none.
   * @throws the signal's reason when it is aborted first
   */
  enter(person: Person, signal: AbortSignal, options?: { atOnce?: boolean }): Promise<Disposable>;
  /**
   * Sets a place aside for somebody, as yet unknown, who is about to enter, until it is disposed of; undefined where
   * none is left. It counts against other reservations only: for what may as well begin elsewhere, or later.
   */
  reserve(): Disposable | undefined;
  /** Whether this person would be let in now. */
  isOpenTo(person: Person): boolean;
  /** Places that are taken now; more than there are where some were let in at once. */
  readonly taken: number;
  /** How many wait. */
  readonly waiting: number;
}

interface Waiter {
  person: Person;
  letIn(): void;
}

export function createFairGate({ places, placesForGuests, placesOf }: FairGateOptions): FairGate {
  /** How many places each person holds. */
  const held = new Map<string, number>();
  /** Who waits, first come first, by person; the person whose turn is next stands first. */
  const queues = new Map<string, Set<Waiter>>();
  let taken = 0;
  let takenByGuests = 0;
  let reserved = 0;
  const forGuests = Math.max(1, placesForGuests);

  function isOpenTo(person: Person): boolean {
    const mine = held.get(person.id) ?? 0;
    const left = Math.min(
      places - taken,
      person.guest ? forGuests - takenByGuests : Number.POSITIVE_INFINITY,
    );
    return mine < left && mine < placesOf(person);
  }

  function take(person: Person): Disposable {
    taken += 1;
    if (person.guest) takenByGuests += 1;
    held.set(person.id, (held.get(person.id) ?? 0) + 1);
    let isHeld = true;
    return {
      [Symbol.dispose]() {
        if (!isHeld) return;
        isHeld = false;
        taken -= 1;
        if (person.guest) takenByGuests -= 1;
        const rest = (held.get(person.id) ?? 0) - 1;
        if (rest > 0) held.set(person.id, rest);
        else held.delete(person.id);
        letIn();
      },
    };
  }

  /** Lets in whoever may be, one of each person after the other. */
  function letIn(): void {
    for (let again = true; again; ) {
      again = false;
      for (const [id, queue] of [...queues]) {
        const [first] = queue;
        if (first === undefined || !isOpenTo(first.person)) continue;
        leave(first);
        // Whoever had a turn stands last from now on.
        if (queues.delete(id)) queues.set(id, queue);
        first.letIn();
        again = true;
      }
    }
  }

  function leave(waiter: Waiter): void {
    const queue = queues.get(waiter.person.id);
    queue?.delete(waiter);
    if (queue?.size === 0) queues.delete(waiter.person.id);
  }

  const waiting = () => [...queues.values()].reduce((sum, queue) => sum + queue.size, 0);

  return {
    isOpenTo,
    get taken() {
      return taken;
    },
    get waiting() {
      return waiting();
    },
    reserve() {
      if (taken + waiting() + reserved >= places) return undefined;
      reserved += 1;
      let isReserved = true;
      return {
        [Symbol.dispose]() {
          if (isReserved) reserved -= 1;
          isReserved = false;
        },
      };
    },
    async enter(person, signal, { atOnce = false } = {}) {
      signal.throwIfAborted();
      // Whoever waits was not let in: nobody is passed over who might have been.
      if (atOnce || isOpenTo(person)) return take(person);
      return await new Promise<Disposable>((resolve, reject) => {
        const waiter: Waiter = {
          person,
          letIn() {
            signal.removeEventListener('abort', onAbort);
            resolve(take(person));
          },
        };
        const onAbort = () => {
          leave(waiter);
          reject(signal.reason);
        };
        signal.addEventListener('abort', onAbort, { once: true });
        queues.set(person.id, (queues.get(person.id) ?? new Set()).add(waiter));
      });
    },
  };
}
