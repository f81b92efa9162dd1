/** The sections of `paper.md` as analyze_template shows them to a model. */

export interface OutlineEntry {
  title: string;
  level: number;
  /** How to name it to update_section_content: its title, or its path where two have that title. */
  reference: string;
  isLeaf: boolean;
  /** The titles of the sections that it stands in, outermost first. */
  parents: string[];
}

/**
 * Reads an outline in which each section stands on a line with its number signs and, in brackets, what is known of
 * it: `## Method  (level 2, line 9, empty)`. A line `section: …` under it says how to name it.
 */
export function readOutline(result: string): OutlineEntry[] {
  const entries: { title: string; level: number; reference: string }[] = [];
  for (const line of result.split('\n')) {
    const heading = HEADING.exec(line);
    const named = NAMED.exec(line);
    const last = entries.at(-1);
    if (heading !== null) {
      const title = heading[2] ?? '';
      entries.push({ title, level: heading[1]?.length ?? 1, reference: title });
    } else if (named !== null && last !== undefined) last.reference = named[1] ?? last.title;
  }
  const open: { title: string; level: number }[] = [];
  return entries.map((entry, index) => {
    while ((open.at(-1)?.level ?? 0) >= entry.level) open.pop();
    const parents = open.map((parent) => parent.title);
    open.push(entry);
    return { ...entry, parents, isLeaf: (entries[index + 1]?.level ?? 0) <= entry.level };
  });
}

const HEADING = /^(#{1,6})\s+(.*?\S)\s*(?:\(level \d[^()]*\))?$/;
const NAMED = /^\s+section: (.*\S)\s*$/;
