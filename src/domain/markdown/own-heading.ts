/** Models tend to repeat a section's heading at the head of its text, which would make the section twice. */
import { afterLine } from './line-ends.ts';
import { outline } from './outline.ts';
import { collapse } from './plain-text.ts';

/**
 * `content` without a first line that repeats the heading it is to stand under: the same title, at the section's
 * level or a higher one. A subsection with the section's title stays.
 */
export function withoutOwnHeading(content: string, title: string, level: number): string {
  const [first] = outline(content);
  if (first === undefined || first.level > level || content.slice(0, first.start).trim() !== '')
    return content;
  if (first.title !== collapse(title) && collapse(first.rawTitle) !== collapse(title)) return content;
  return content.slice(afterLine(content, first.headingEnd));
}
