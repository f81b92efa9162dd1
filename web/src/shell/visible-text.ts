/**
 * Characters that change how the text around them reads and show nothing themselves: controls, the marks and
 * overrides of writing direction, and what divides lines. Joiners stay, for whole scripts need them.
 */
const UNSEEN = /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/**
 * A name that a stranger may have given, with nothing in it that misleads: `report\u202efdp.exe` would read as a PDF,
 * and shows as `report[U+202E]fdp.exe`.
 */
export function visibleText(name: string): string {
  return name.replace(UNSEEN, (unseen) => {
    const code = unseen.codePointAt(0) ?? 0;
    return `[U+${code.toString(16).toUpperCase().padStart(4, '0')}]`;
  });
}
