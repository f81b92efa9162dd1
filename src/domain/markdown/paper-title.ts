/** What a paper is called: by the heading that it begins with. Pure. */
import { outline } from './outline.ts';
import { UnreadableMarkdown } from './unreadable.ts';

/** A heading that a template begins with. */
const EMPTY_TITLE = /^(?:title|paper title|your title|untitled|论文标题|标题|题目|论文题目)$/i;

/** Of a longer one the beginning names it, in UTF-16 code units: as long as a person may make a name. */
const MOST_CHARACTERS = 200;

/** Whether it is what a template has in a title's place. */
export function isEmptyTitle(title: string): boolean {
  return EMPTY_TITLE.test(title.trim());
}

/** The title of the paper that begins with this text; null where it has none yet, or nobody can tell. */
export function paperTitle(beginning: string): string | null {
  try {
    const [first] = outline(beginning);
    if (first === undefined || first.level !== 1 || first.title === '' || isEmptyTitle(first.title))
      return null;
    if (first.title.length <= MOST_CHARACTERS) return first.title;
    return `${first.title.slice(0, MOST_CHARACTERS - 1).toWellFormed()}…`;
  } catch (error) {
    if (error instanceof UnreadableMarkdown) return null;
    throw error;
  }
}
