/** What a model is asked when it is checked: short, the same each time, and with one right way to obey. */
import type { ChatMessage, ToolDefinition } from '../types.ts';

const SYSTEM = 'You are being checked by a program. Do exactly what you are asked, and nothing besides.';

export const ASK_TEXT = 'Reply with one short sentence about the sea.';
export const ASK_CALL = 'Call the tool "add" with {"a": 17, "b": 25}. Then tell me its result.';
export const ASK_TWO =
  'In one answer, call the tool "add" with {"a": 1, "b": 2} and call the tool "add" with {"a": 3, "b": 4}. Then tell me both results.';
const NUMBERS = 'the whole numbers from 1 to 1000, all of them, separated by single spaces';
/** Its arguments have some 3,900 characters. */
export const ASK_LONG = `Call the tool "write" with one argument, "text": ${NUMBERS}.`;
/** What the text of the long call must have at least, in characters; less was cut or left out. */
export const LONG_ENOUGH = 3_500;
export const ASK_TO_STOP = `Write ${NUMBERS}.`;

function tool(
  name: string,
  description: string,
  properties: Record<string, { type: string }>,
): ToolDefinition {
  const parameters = {
    ...{ type: 'object', properties, required: Object.keys(properties), additionalProperties: false },
  };
  return { name, description, parameters };
}

export const CHECK_TOOLS: ToolDefinition[] = [
  tool('add', 'Adds two numbers and gives their sum.', { a: { type: 'number' }, b: { type: 'number' } }),
  tool('write', 'Writes a text down and says how long it was.', { text: { type: 'string' } }),
];

export function said(text: string): ChatMessage {
  return { role: 'user', parts: [{ type: 'said', text }] };
}

export function conversation(...messages: ChatMessage[]): ChatMessage[] {
  return [{ role: 'system', content: SYSTEM }, ...messages];
}

/** A prompt long enough for a provider to keep it, and for a server that cuts prompts to cut it. */
export function longPrompt(lines: number): ChatMessage {
  const text = Array.from({ length: lines }, (_, at) => `Line ${at + 1}: the sea is calm today.`).join('\n');
  return { role: 'system', content: `${SYSTEM}\n\n${text}` };
}
