/** A text argument that is nearly right, as it was meant (M15). What has two readings stays as it came. */
import type { TextKind } from '../../agents/tool-parameters.ts';
import { mendTex } from './mend-tex.ts';
import { codeWithLineBreaks, withLineBreaks, withoutFence } from './unwrap.ts';

/** Texts longer than this, in UTF-16 code units, stay as they came. */
export const MOST_MENDED = 256 * 1024;

export function mendText(text: string, kind: TextKind): string {
  if (text.length > MOST_MENDED) return text;
  switch (kind) {
    case 'path':
      return text;
    case 'words':
      return mendTex(text, 'prose');
    case 'markdown':
      return withTabsAsSpaces(mendTex(withLineBreaks(withoutFence(text, 'markdown')), 'prose'));
    case 'code':
      return mendTex(codeWithLineBreaks(withoutFence(text, 'code')), 'code');
  }
}

/** A tab within a line of Markdown is a space. */
function withTabsAsSpaces(text: string): string {
  if (!text.includes('\t')) return text;
  return text
    .split('\n')
    .map((line) => {
      const begin = line.length - line.trimStart().length;
      return line.slice(0, begin) + line.slice(begin).replaceAll('\t', ' ');
    })
    .join('\n');
}
