/** A value as it comes back from a `jsonb` column: its keys, at every level, the shorter first, then by their bytes. */
export function inStoredOrder<T>(value: T): T {
  if (Array.isArray(value)) return value.map(inStoredOrder) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, Buffer.from(key), inner] as const);
  entries.sort(([, a], [, b]) => a.length - b.length || a.compare(b));
  return Object.fromEntries(entries.map(([key, , inner]) => [key, inStoredOrder(inner)])) as T;
}
