/** Other characters of JavaScript as escapes, which mean the same in its texts, templates and regular expressions. */

/** What an escape takes of a file that holds other characters anyway: two bytes a character. */
const ESCAPED = '\\u0000'.length;

/**
 * The code without other characters than ASCII's, unless it has so many that escapes would take more room. To be called
 * with code that has no comments.
 * @throws Error where the code asks for what was written, in which an escape is another text
 */
export function onlyAscii(code: string): string {
  const others = code.match(/[^\0-\x7f]/g)?.length ?? 0;
  if (others === 0 || others * ESCAPED > code.length) return code;
  if (/\braw`[^`]*[^\0-\x7f]/.test(code)) throw new Error('String.raw with characters that are not ASCII');
  return code.replace(/[^\0-\x7f]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
