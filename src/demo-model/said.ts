/** What stands in a user message: a person's words, and what the system adds between tags. */

const NAMES =
  'workspace|attachments|earlier|conversation|instruction|asked|paper|check|numbers|rubric|before|review';
const TOLD = new RegExp(`^<(${NAMES})>\\n([\\s\\S]*?)\\n</\\1>(?:\\n\\n|$)`);
const NEXT_TOLD = new RegExp(`\\n\\n<(?:${NAMES})>\\n`);
/** Stands between the words of two messages that were sent as one. */
const NEXT_MESSAGE = '\n\n[the next message:]\n\n';

export interface Said {
  /** The person's messages in it, oldest first, each word for word. */
  words: string[];
  /** What the system told with them, by the tag's name. */
  told: { name: string; text: string }[];
}

export function saidIn(content: string): Said {
  const told: Said['told'] = [];
  const words: string[] = [];
  let spoken = '';
  for (let rest = content; rest !== ''; ) {
    const tag = TOLD.exec(rest);
    if (tag !== null) {
      told.push({ name: tag[1] ?? '', text: tag[2] ?? '' });
      rest = rest.slice(tag[0].length);
      continue;
    }
    // Words run to the next part of ours, or to the end.
    const next = rest.search(NEXT_TOLD);
    spoken = next < 0 ? rest : rest.slice(0, next);
    words.push(...spoken.split(NEXT_MESSAGE));
    rest = next < 0 ? '' : rest.slice(next + 2);
  }
  return { words, told };
}

/** What a person, or the task of a code agent, said last; empty where nobody did. */
export function lastWords(messages: readonly { role: string; content?: unknown }[]): string {
  const said = messages
    .filter(({ role }) => role === 'user')
    .flatMap(({ content }) => saidIn(String(content)).words);
  return said.at(-1) ?? '';
}
