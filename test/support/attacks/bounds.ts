/** Inputs that once cost far more than their length (docs/security.md): findings SR-C1, SR-C3 and SR-H1, one generator each. */

/** SR-C1: one long title over many sections, whose paths together are as long as the product of both. */
export function longTitleOverSections(titleCharacters: number, sections: number, letter = '字'): string {
  return `# ${letter.repeat(titleCharacters)}\n${'##\n'.repeat(sections)}`;
}

/** SR-H1: many sections with one title, each of which was compared with all others. */
export function twinSections(sections: number): string {
  return '# a\n'.repeat(sections);
}

/** SR-H1: a heading whose letter has so many marks that composing them takes the square of their number. */
export function markedTitle(marks: number): string {
  return `# a${'\u0301\u0315'.repeat(marks / 2)}\n`;
}

/** SR-H1: a reference that holds many separators. */
export function separatedReference(separators: number): string {
  return '> '.repeat(separators);
}

/** SR-H1: a folder's path with many slashes that do not end it. */
export function slashedPath(slashes: number): string {
  return `${'/'.repeat(slashes)}x`;
}

/** SR-H1: an SVG whose width is a number, many spaces and no unit. */
export function spacedWidth(spaces: number): string {
  return `<svg width="1${' '.repeat(spaces)}x">`;
}

/** SR-H1: an SVG with many spaces where an attribute's equals sign would stand. */
export function spacedAttribute(spaces: number): string {
  return `<svg width${' '.repeat(spaces)}x>`;
}

/** SR-C3: a file's name of so many characters, none of them ASCII. */
export function longFileName(characters: number): string {
  return `${'字'.repeat(characters)}.txt`;
}

/** SR-H1: arguments that begin a string which no quote closes, each of them escaped. */
export function unclosedString(quotes: number): string {
  return `{"${'\\"'.repeat(quotes)}`;
}
