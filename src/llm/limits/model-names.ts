/** Models' names as people write them, and as a table has them: pure. */

/** A name's one spelling: without its maker, in lower case, dashes for what stands between its parts. */
export function canonicalName(model: string): string {
  const name = model.trim().toLowerCase().replace(/^.*\//, '').replace(/^~/, '');
  return (
    name
      // Bedrock's regions and makers.
      .replace(
        /^(?:(?:us|eu|apac|jp|au|global)\.)?(?:anthropic|amazon|meta|mistral|deepseek|openai|qwen|cohere)\./,
        '',
      )
      .replace(/[._:@ ]+/g, '-')
  );
}

/**
 * The spellings under which a model may be found, the most telling one first: as it is, without a variant of a
 * router's (`:free`), without its date, without `latest`, and with it.
 */
export function spellings(model: string): string[] {
  const steps: ((name: string) => string)[] = [
    (name) => name,
    (name) => name.replace(/:[a-z]+$/i, ''),
    (name) => name.replace(/-v\d+:\d+$/, ''),
    (name) => name.replace(/[-@](?:20\d{6}|20\d{2}-\d{2}-\d{2}|\d{2}-20\d{2}|\d{4})$/, ''),
    (name) => name.replace(/-(?:latest|preview)$/, ''),
  ];
  const found: string[] = [];
  let name = model.trim().toLowerCase();
  for (const step of steps) {
    name = step(name);
    const canonical = canonicalName(name);
    if (canonical !== '' && !found.includes(canonical)) found.push(canonical);
  }
  return [...found, ...found.map((spelling) => `${spelling}-latest`)];
}
