/** A counter that remembers: a conversation is counted again at each step, and most of it is what it was. */
import { createHash } from 'node:crypto';
import { type CountTokens, loadTokenCounter } from '../../llm/tokens.ts';

/** Texts below this are counted faster than they are looked up. */
const SHORT = 256;
const REMEMBERED = 20_000;

/** Gives the counter; the tokenizer's tables are loaded when it is first asked for. */
export function rememberingCounter(): () => Promise<CountTokens> {
  const known = new Map<string, number>();
  return async () => {
    const count = await loadTokenCounter();
    return (text) => {
      if (text.length < SHORT) return count(text);
      const key = createHash('sha1').update(text).digest('base64');
      const tokens = known.get(key) ?? count(text);
      // Put at the end again, so that the first key is the least recently used.
      known.delete(key);
      known.set(key, tokens);
      if (known.size > REMEMBERED) known.delete(known.keys().next().value as string);
      return tokens;
    };
  };
}
