/** Absolute paths. */
export function locks(): string[];
export function missingEntries(lock: {
  packages: Record<string, object>;
}): Record<string, Record<string, unknown>>;
/** Gives each entry without a hash the one that its package has; tells how many. */
export function addHashes(
  packages: Record<string, object>,
  ask: (name: string, version: string) => Promise<string>,
): Promise<number>;
