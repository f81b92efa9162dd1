/**
 * The function name for a call, as the strict chat format allows it in later requests: the model's own where it is
 * one already.
 */
export function safeToolName(name: string): string {
  const safe = name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 64);
  return safe === '' ? 'unnamed_tool' : safe;
}
