export function missingEntries(lock: {
  packages: Record<string, object>;
}): Record<string, Record<string, unknown>>;
