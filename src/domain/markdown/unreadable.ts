/** Markdown whose sections are not looked for, because finding them could keep a process from everything else. */

/** The longest document that has an outline, in UTF-16 code units: some ninety thousand words. */
export const MOST_MARKDOWN_CHARACTERS = 512 * 1024;

/** Sections of a document, and characters of a title: a title that is longer is no title. */
export const MOST_SECTIONS = 10_000;
export const MOST_TITLE_CHARACTERS = 1_000;

/** How deep quotes and lists may stand in each other; a list and its item count as one each. */
export const MOST_NESTING = 32;

/** `message` is a sentence for a person or a model, and says what to do. */
export class UnreadableMarkdown extends Error {
  override name = 'UnreadableMarkdown';
}

export function tooLong(characters: number): UnreadableMarkdown {
  return new UnreadableMarkdown(
    `This text has ${characters} characters, and only one of up to ${MOST_MARKDOWN_CHARACTERS} is read as Markdown: ` +
      'split it into several files, or read it in parts.',
  );
}

export function tooDeep(): UnreadableMarkdown {
  return new UnreadableMarkdown(
    'Quotes or lists stand in each other too deeply here for the text to be read as Markdown: take some of the ' +
      '">" or list marks at the beginning of its lines away.',
  );
}

export function tooManySections(): UnreadableMarkdown {
  return new UnreadableMarkdown(
    `This text has more than ${MOST_SECTIONS} headings, and only one of up to as many is read as Markdown: split it ` +
      'into several files.',
  );
}

export function titleTooLong(line: number): UnreadableMarkdown {
  return new UnreadableMarkdown(
    `The heading at line ${line} has more than ${MOST_TITLE_CHARACTERS} characters: make it shorter or, where it is ` +
      'a paragraph above a line of "---" or "===", put a blank line between them.',
  );
}
