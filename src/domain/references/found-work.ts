/** A work as a source on the internet knows it (O6). It is a stranger's text: compared, shown, never obeyed. */
import type { Source } from './sources.ts';

export interface FoundWork {
  source: Source;
  /** In plain text: no markup, no entities. */
  title: string;
  subtitle?: string;
  /** `Family, Given`, or a name as a whole. */
  people: string[];
  /** Of print, of the first appearance online, of a preprint: a reference may name any of them. The first is its year. */
  years: number[];
  /** As BibTeX calls it. */
  type: string;
  /** In lower case. */
  doi?: string;
  /** Without its version, such as `1706.03762`. */
  arxiv?: string;
  /** Journal, proceedings or book. */
  container?: string;
  volume?: string;
  number?: string;
  pages?: string;
  publisher?: string;
  abstract?: string;
  retracted: boolean;
}

/** Characters that are kept of a title or a name, and of an abstract. */
export const MOST_TITLE = 600;
export const MOST_ABSTRACT = 1_200;
/** People that are kept of a work. */
export const MOST_PEOPLE = 50;
