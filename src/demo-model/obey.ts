/** The demo model when it is checked: it does what it is asked to, word by word (`npm run model -- check`). */
import { answer, type Move } from './move.ts';
import { saidIn } from './said.ts';
import type { StrictRequest } from './strict-request.ts';

const CALL = /call the tool "(\w+)" with (\{[^}]*\})/gi;
const NUMBERS = /the whole numbers from 1 to (\d{1,4})/;

/** The move that the last words ask for; the results, once they are there. */
export function obey({ messages }: Pick<StrictRequest, 'messages'>): Move {
  const last = messages.at(-1);
  if (last?.role === 'tool') {
    const results = messages.filter((message) => message.role === 'tool').map(({ content }) => content);
    return answer(`The results: ${results.join(', ')}.`);
  }
  const words = last?.role === 'user' ? saidIn(last.content).words.join('\n') : '';
  const calls = [...words.matchAll(CALL)].map(([, name = '', text = '']) => ({
    name,
    arguments: JSON.parse(text) as Record<string, unknown>,
  }));
  if (calls.length > 0) return { text: '', calls };
  const most = Number(NUMBERS.exec(words)?.[1] ?? 0);
  const numbers = Array.from({ length: most }, (_, at) => at + 1).join(' ');
  if (/call the tool "write"/i.test(words))
    return { text: '', calls: [{ name: 'write', arguments: { text: numbers } }] };
  return answer(numbers || 'The sea is wide, and it is calm today.');
}

/** Whether a request is one of a check: its system prompt says so. */
export function isCheck({ messages: [first] }: Pick<StrictRequest, 'messages'>): boolean {
  return first?.role === 'system' && first.content.startsWith('You are being checked by a program.');
}
