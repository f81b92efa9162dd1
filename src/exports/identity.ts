/** Words in a file that say who wrote it (O7, O8): names of the paper's authors, addresses, folders of people. */

/** A text that is longer is data. */
const MOST_BYTES = 2 * 1024 ** 2;
const MOST_FOUND = 5;
const TRACES = [/[\w.+-]+@[\w-]+\.[\w.]+/g, /(?:\/home\/|\/Users\/|[A-Z]:\\\\?Users\\\\?)[\w.-]+/g];

export function identitiesIn(bytes: Buffer, names: readonly string[]): string[] {
  if (bytes.length > MOST_BYTES || bytes.subarray(0, 8_192).includes(0)) return [];
  const text = bytes.toString('utf8');
  const found = new Set(names.filter((name) => name.length > 1 && text.includes(name)));
  for (const trace of TRACES) for (const [words] of text.matchAll(trace)) found.add(words.slice(0, 80));
  return [...found].slice(0, MOST_FOUND);
}
