/**
 * How long something has been there, as this process saw it: by its monotonic clock, for the machine's clock may jump
 * by hours, and what was begun a moment ago then looks long over. A process that starts begins to count anew: what
 * goes by this is a second net, which may come later but never too soon.
 */
export interface Sightings {
  /**
   * Begins a round of looking, and gives what tells how many milliseconds ago a name was first seen (0 where this is
   * the first time). A name that a whole round did not ask for is forgotten.
   */
  round(): SeenFor;
}

export type SeenFor = (name: string) => number;

/** @param now - milliseconds of a clock that only goes forward */
export function createSightings(now: () => number = () => performance.now()): Sightings {
  let current = new Map<string, number>();
  return {
    round() {
      const before = current;
      const seen = new Map<string, number>();
      current = seen;
      return (name) => {
        const since = seen.get(name) ?? before.get(name) ?? now();
        seen.set(name, since);
        return now() - since;
      };
    },
  };
}
