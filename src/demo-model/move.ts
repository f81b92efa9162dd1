/** What the demo does next: some text, and the calls that follow it; no calls end the turn. */
export interface Move {
  text: string;
  calls: { name: string; arguments: Record<string, unknown> }[];
}

export function answer(text: string): Move {
  return { text, calls: [] };
}
