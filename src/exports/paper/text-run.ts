/**
 * What a run of text says beside its words: citations `[@key, p. 3; see @other]` and references `@fig:a`. An export
 * knows numbers and lists of references; the page numbers citations (src/domain/references/with-citations.ts).
 */
import { CITATION_GROUP, citedIn } from '../../domain/markdown/citations.ts';
import { type Citation, type Inline, str, words } from './ast.ts';

/** A group in brackets that cites; or a reference, which no letter of Latin script, digit or dot stands right before. */
const MARK = new RegExp(`${CITATION_GROUP}|(?<![A-Za-z0-9_.@])@(${asciiLabel()})`, 'gu');

/** Chinese goes on without a space, so a label ends where ASCII ends, unless it is written in another script. */
function asciiLabel(): string {
  return '(?:fig|tbl|tab|eq|sec):[A-Za-z0-9](?:[A-Za-z0-9_.:-]*[A-Za-z0-9_])?';
}

/** `text` with line ends as softbreaks; `line`: where it begins. */
export function readText(text: string, line: number): Inline[] {
  const made: Inline[] = [];
  let done = 0;
  for (const match of text.matchAll(MARK)) {
    const [all, group, label] = match;
    const at = line + countLines(text.slice(0, match.index));
    const node = label === undefined ? citation(group ?? '', all, at) : reference(label, at);
    if (node === null) continue;
    made.push(...plain(text.slice(done, match.index)), node);
    done = match.index + all.length;
  }
  return [...made, ...plain(text.slice(done))];
}

/** `tab:` is another way to say `tbl:`. */
export function labelOf(written: string): string {
  return written.replace(/^tab:/, 'tbl:');
}

function reference(label: string, line: number): Inline {
  return { t: 'Reference', id: labelOf(label), line };
}

function citation(group: string, written: string, line: number): Inline | null {
  const cited = citedIn(group);
  if (cited === null) return null;
  const citations = cited.map(
    ({ key, prefix, suffix, withoutAuthor }): Citation => ({
      citationId: key,
      citationPrefix: words(prefix),
      citationSuffix: words(suffix),
      citationMode: { t: withoutAuthor ? 'SuppressAuthor' : 'NormalCitation' },
      citationNoteNum: 0,
      citationHash: 0,
    }),
  );
  return { t: 'Cite', c: [citations, [str(written.replace(/\s+/g, ' '))]], line };
}

function plain(text: string): Inline[] {
  return text.split('\n').flatMap((one, index): Inline[] => {
    const inlines = words(one);
    return index === 0 ? inlines : [{ t: 'SoftBreak' }, ...inlines];
  });
}

function countLines(text: string): number {
  return text.split('\n').length - 1;
}
