/**
 * What stands in a user message: a person's words as they are, what we add, and pictures, in parts that tell them apart
 * (P12, W10).
 */
import type { ChatMessage, PicturePart, UserPart } from '../types.ts';

/** Stands between the words of two messages of a person's. */
export const NEXT_MESSAGE = '[the next message:]';

/**
 * One text of several parts. What we tell stands between tags of its name, which nothing in it can close; a person's
 * words are not changed, and stand in lines of their own.
 */
export function userText(parts: UserPart[]): string {
  return parts
    .map((part, index) => {
      if (part.type !== 'said') return tagged(part.type === 'told' ? part.name : part.type, part.text);
      const before = parts[index - 1];
      return before?.type === 'said' ? `${NEXT_MESSAGE}\n\n${part.text}` : part.text;
    })
    .join('\n\n');
}

/** A piece of a user message as it is sent: text, or a picture, whose words end the text before it. */
export type UserPiece = { type: 'text'; text: string } | { type: 'picture'; url: string };

/** The message in pieces: one of text where there is no picture. */
export function userPieces(parts: UserPart[]): UserPiece[] {
  const pieces: UserPiece[] = [];
  let from = 0;
  for (const [at, part] of parts.entries()) {
    if (part.type !== 'picture') continue;
    pieces.push(
      { type: 'text', text: userText(parts.slice(from, at + 1)) },
      { type: 'picture', url: urlOf(part) },
    );
    from = at + 1;
  }
  return from === parts.length && from > 0
    ? pieces
    : [...pieces, { type: 'text', text: userText(parts.slice(from)) }];
}

function urlOf({ mediaType, data }: PicturePart): string {
  return `data:${mediaType};base64,${data}`;
}

/** The conversation for a model that does not see: what each picture is, in words. */
export function withoutPictures(messages: ChatMessage[]): ChatMessage[] {
  return messages.map((message) =>
    message.role === 'user' && message.parts.some(({ type }) => type === 'picture')
      ? { role: 'user', parts: message.parts.map((part) => inWords(part, 'this model takes no pictures')) }
      : message,
  );
}

/** The part; for a picture, its words with why it is not shown. */
export function inWords(part: UserPart, why: string): UserPart {
  return part.type === 'picture'
    ? { type: 'told', name: 'picture', text: `${part.text} (not shown: ${why})` }
    : part;
}

function tagged(name: string, text: string): string {
  return `<${name}>\n${escaped(text, name)}\n</${name}>`;
}

/** A file's name or a template's comment could hold the closing tag: it must not end the part. */
function escaped(text: string, name: string): string {
  return text.replaceAll(`</${name}`, `<\\/${name}`);
}
