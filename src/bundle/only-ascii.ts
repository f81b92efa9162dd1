/** Other characters of JavaScript as escapes, which mean the same in its texts, templates and regular expressions. */

/** What an escape takes of a file that holds other characters anyway: two bytes a character. */
const ESCAPED = '\\u0000'.length;

/** By it a template is taken as it was written, where an escape is another text. */
const RAW = /\bString\.raw\s*`/;

/**
 * The code without other characters than ASCII's. It stays as it is where escapes would take more room, and where it has
 * raw templates. To be called with code that has no comments.
 */
export function onlyAscii(code: string): string {
  const others = code.match(/[^\0-\x7f]/g)?.length ?? 0;
  if (others === 0 || others * ESCAPED > code.length || RAW.test(code)) return code;
  return code.replace(/[^\0-\x7f]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
