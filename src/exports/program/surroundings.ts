/** What makes a document is given, and what it gives. */
import type { ExportStep } from '../job.ts';
import type { Problem } from '../paper/ast.ts';

export interface Made {
  bytes: Uint8Array;
  pages: number | null;
  problems: Problem[];
}

export interface Surroundings {
  /** The bytes of a file of the Work, or why there are none. */
  want(paths: string[]): Promise<({ bytes: Buffer } | { reason: string })[]>;
  step(step: ExportStep): Promise<void>;
  reference: Partial<Record<'en' | 'zh', Buffer>>;
  fonts: readonly Buffer[];
}

const BIBLIOGRAPHY = 'references.bib';

/** The text of the Work's references; null where there are none. */
export async function readBib({ want }: Pick<Surroundings, 'want'>): Promise<string | null> {
  const [bib] = await want([BIBLIOGRAPHY]);
  return bib !== undefined && 'bytes' in bib ? bib.bytes.toString('utf8') : null;
}

const MOST_PROBLEMS = 200;

export function inOrder(problems: Problem[]): Problem[] {
  return problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)).slice(0, MOST_PROBLEMS);
}
