/** What a style asks of a paper beyond how it is set: pages, names, what has to be said (O7). */
import type { Style } from '../style.ts';
import type { Problem } from './ast.ts';
import { leakProblems } from './leaks.ts';
import type { Paper } from './read-paper.ts';

/** On which page something ended. */
export interface PageMarks {
  pages: number;
  abstract?: number;
  appendix?: number;
  /** Where what stands behind the paper begins: it is not counted. */
  behind?: number;
}

const FACTS = { team: 'team', problem: 'problem', year: 'year', authors: 'author' } as const;

export function styleProblems(
  paper: Paper,
  { checks, languages }: Pick<Style, 'checks' | 'languages'>,
  marks: PageMarks | null,
): Problem[] {
  const problems: Problem[] = [];
  const say = (code: string, message: string) => problems.push({ code, message });
  if (!languages.includes(paper.language))
    say('style_language', `This style is for papers in ${languages.includes('zh') ? 'Chinese' : 'English'}.`);
  for (const fact of checks.needs ?? []) {
    const value = paper.facts[fact];
    if (value !== undefined && value.length > 0) continue;
    say(
      'fact_missing',
      `The style asks for \`${FACTS[fact]}\`: write it between the two lines of --- at the top of the paper.`,
    );
  }
  if (checks.anonymous && paper.facts.authors.length > 0)
    say('names_people', 'This contest wants no names: take the authors out of the front matter.');
  const { authors: names } = paper.facts;
  problems.push(...leakProblems(paper.written, { names, ...checks }));
  if (checks.abstractPage && paper.abstract.length === 0)
    say('abstract_missing', 'The style begins with an abstract, and the paper has none.');
  if (marks === null) return problems;
  if (checks.abstractPage && (marks.abstract ?? 1) > 1)
    say('abstract_too_long', 'The abstract goes over its one page: shorten it.');
  const pages = marks.behind === undefined ? marks.pages : marks.behind - 1;
  const counted = checks.appendixCounts || marks.appendix === undefined ? pages : marks.appendix;
  if (checks.mostPages !== undefined && counted > checks.mostPages)
    say(
      'too_many_pages',
      `The paper has ${counted} pages, and the style allows at most ${checks.mostPages}.`,
    );
  return problems;
}
