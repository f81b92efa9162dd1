/** Citations as they are written in a paper: `[@key, p. 3; see @other]` (O6). What the page shows and exports make. */

/** What a reference within the paper may lead to: such a key cites nothing. */
export const LABEL = '(?:fig|tbl|tab|eq|sec):[\\p{L}\\p{N}](?:[\\p{L}\\p{N}_.:-]*[\\p{L}\\p{N}_])?';

/** A group in brackets that may cite: what stands in them is to be read by `citedIn`. */
export const CITATION_GROUP = '\\[([^\\[\\]@]*@[^\\[\\]]*)\\]';

export interface CitedWork {
  key: string;
  /** What stands before and behind the key, such as `see` and `, p. 3`. */
  prefix: string;
  suffix: string;
  /** `-@key`: the author stands in the text already. */
  withoutAuthor: boolean;
}

const KEY = '[\\p{L}\\p{N}_](?:[\\p{L}\\p{N}_:.#$%&+?<>~/-]*[\\p{L}\\p{N}_/])?';
const ONE = new RegExp(`^([^@]*?)(-?)@(?:\\{([^{}]+)\\}|(${KEY}))(.*)$`, 'su');
const ONLY_LABEL = new RegExp(`^${LABEL}$`, 'u');

/** The works that a group cites; null where it cites none, as `[see a@b.org]`. */
export function citedIn(group: string): CitedWork[] | null {
  const works: CitedWork[] = [];
  for (const part of group.split(';')) {
    const match = ONE.exec(part.trim());
    if (match === null) return null;
    const [, prefix = '', minus = '', braced, bare = '', suffix = ''] = match;
    const key = braced ?? bare;
    if (/\S$/.test(prefix) || ONLY_LABEL.test(key)) return null;
    works.push({ key, prefix: prefix.trim(), suffix, withoutAuthor: minus !== '' });
  }
  return works;
}
