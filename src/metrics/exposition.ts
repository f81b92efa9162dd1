/** Prometheus' text format, of several processes in one answer: each metric is described once. */

/** Joins expositions; of a metric that several of them have, the first one's description stands. */
export function mergeExpositions(texts: readonly string[]): string {
  const families = new Map<string, { head: string[]; samples: string[] }>();
  for (const text of texts) {
    const described = new Set(families.keys());
    let family = '';
    for (const line of text.split('\n')) {
      if (line === '') continue;
      const [, name] = /^# (?:HELP|TYPE) (\S+)/.exec(line) ?? [];
      if (name === undefined && line.startsWith('#')) continue;
      if (name !== undefined) family = name;
      // A sample without a description is a family of its own.
      else if (!belongs(line, family)) family = nameOf(line);
      const entry = families.get(family) ?? { head: [], samples: [] };
      families.set(family, entry);
      if (name === undefined) entry.samples.push(line);
      else if (!described.has(name)) entry.head.push(line);
    }
  }
  return [...families.values()].flatMap(({ head, samples }) => [...head, ...samples, '']).join('\n');
}

function nameOf(sample: string): string {
  return /^[^\s{]+/.exec(sample)?.[0] ?? '';
}

function belongs(sample: string, family: string): boolean {
  const name = nameOf(sample);
  return (
    name === family ||
    (family !== '' &&
      /^_(bucket|sum|count|total|created)$/.test(name.slice(family.length)) &&
      name.startsWith(family))
  );
}
