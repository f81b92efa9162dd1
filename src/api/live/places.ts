/** Places for what stays open long, so that nobody holds all: sockets and event streams of a person, of a network. */

export interface Places {
  /** Takes a place in the name of `key`. Gives what gives it back; undefined where all of its places are taken. */
  take(key: string): (() => void) | undefined;
}

/** How many sockets and event streams may be open at a time in one process. */
export interface OpenStreams {
  ofPerson: Places;
  ofNetwork: Places;
  /** Of whoever reads by one shared link. */
  ofShare: Places;
}

/** Who read by one shared link at a time, at each api: a class, and not the world. */
export const READERS_OF_SHARE = 100;

/** Makes places: `most` for each key. */
export function createPlaces(most: number): Places {
  const taken = new Map<string, number>();
  return {
    take(key) {
      const held = taken.get(key) ?? 0;
      if (held >= most) return undefined;
      taken.set(key, held + 1);
      let given = false;
      return () => {
        if (given) return;
        given = true;
        const left = (taken.get(key) ?? 0) - 1;
        if (left > 0) taken.set(key, left);
        else taken.delete(key);
      };
    },
  };
}

/** What whoever finds no place is told. */
export const NO_PLACE = {
  ofPerson: 'You have as many pages open as may be at a time. Close some of them.',
  ofNetwork:
    'As many pages are open from your network as may be at a time. Close some of them, or try again later.',
  ofShare: 'As many people read this as may at a time. Try again later.',
} as const satisfies Record<keyof OpenStreams, string>;
