/** Control characters, which no text that an agent writes may hold (M15). */

/** Where tabs may stand: as data anywhere, or only where a line begins. Line breaks may stand everywhere. */
export type Tabs = 'anywhere' | 'at line beginnings';

const CONTROL = /[^\P{Cc}\t\n\r]|\r(?!\n)/u;
const CONTROL_OR_TAB = /[^\P{Cc}\t\n\r]|\r(?!\n)|(?<=[^\s])[ \t]*\t/u;
const SHOWN = 20;

const NAMES: Record<string, string> = {
  '\0': 'NUL',
  '\b': 'backspace',
  '\f': 'form feed',
  '\r': 'carriage return without a line feed',
  '\u001b': 'escape',
};

/** What is wrong with the first control character of a text, as a part of a sentence; undefined: there is none. */
export function controlCharacterIn(text: string, tabs: Tabs): string | undefined {
  const found = (tabs === 'anywhere' ? CONTROL : CONTROL_OR_TAB).exec(text);
  if (found === null) return undefined;
  const behind = JSON.stringify(text.slice(found.index + found[0].length).slice(0, SHOWN));
  if (found[0].endsWith('\t'))
    return `has a tab in the middle of a line, before ${behind}. Use spaces there.`;
  const code = (found[0].codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0');
  const name = NAMES[found[0]];
  return (
    `holds the control character U+${code}${name === undefined ? '' : ` (${name})`} before ${behind}. In JSON a ` +
    'backslash is written twice ("\\\\frac"). Send the call again without the control character.'
  );
}
