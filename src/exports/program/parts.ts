/** What the writers of formats are given. */
import type { Job } from '../job.ts';
import type { Block, Inline } from '../paper/ast.ts';
import type { Paper } from '../paper/read-paper.ts';
import type { Bibliography } from './citations.ts';
import type { Convert } from './pandoc.ts';
import type { Picture } from './pictures.ts';

/** What a writer is given: the paper's parts, ready for its format. */
export interface Parts {
  job: Job;
  paper: Paper;
  convert: Convert;
  /** Of meta `title`, `abstract` and the like, and of the body. */
  /** Nobody where the style wants no names. */
  authors: readonly string[];
  title: Inline[];
  plainTitle: string;
  abstract: Block[];
  keywords: Inline[][];
  body: Block[];
  bibliography: Bibliography | null;
  pictures: readonly Picture[];
}
