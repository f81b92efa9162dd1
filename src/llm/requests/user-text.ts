/** What stands in a user message: a person's words as they are, and what we add, in parts that tell them apart (P12). */
import type { UserPart } from '../types.ts';

/** Stands between the words of two messages of a person's. */
export const NEXT_MESSAGE = '[the next message:]';

/**
 * One text of several parts. What we tell stands between tags of its name, which nothing in it can close; a person's
 * words are not changed, and stand in lines of their own.
 */
export function userText(parts: UserPart[]): string {
  return parts
    .map((part, index) => {
      if (part.type === 'told') return `<${part.name}>\n${escaped(part.text, part.name)}\n</${part.name}>`;
      const before = parts[index - 1];
      return before?.type === 'said' ? `${NEXT_MESSAGE}\n\n${part.text}` : part.text;
    })
    .join('\n\n');
}

/** A file's name or a template's comment could hold the closing tag: it must not end the part. */
function escaped(text: string, name: string): string {
  return text.replaceAll(`</${name}`, `<\\/${name}`);
}
