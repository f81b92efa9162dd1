/** A passage of the paper that a message is about. Pure. */

export interface Passage {
  text: string;
  /** The title of the section that it stands in. */
  section: string | null;
}

/** Longer ones are cut, in UTF-16 code units: the agent has the file, and finds the rest. */
const MOST_CHARACTERS = 1_200;

/** The beginning of a message about it; `about` says what it is, in the person's language. */
export function quoted(passage: Passage, about: string): string {
  const cut = passage.text.length > MOST_CHARACTERS;
  const text = cut ? `${passage.text.slice(0, MOST_CHARACTERS).toWellFormed()}…` : passage.text;
  return `${about}\n${text
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n')}\n\n`;
}
