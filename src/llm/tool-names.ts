/** What a model wrote as a tool call, made fit to stand in a later request. */

/** A function name that the strict chat format allows: the model's own where it is one already. */
export function safeToolName(name: string): string {
  const safe = name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 64);
  return safe === '' ? 'unnamed_tool' : safe;
}

/**
 * Arguments for a later request: the model's own text when it is a JSON object, else an object that quotes it.
 * Several vendors answer 400 to a history whose arguments are not valid JSON, which would end the Work.
 */
export function requestArguments(written: string): string {
  try {
    const value: unknown = JSON.parse(written);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return written;
  } catch {
    // Not JSON: quoted below.
  }
  return JSON.stringify({ not_a_json_object: written });
}
