/** What a reviewer is shown of a Work (H5): the paper and facts about it, never the conversation that made it. */
import { askedInTurn } from '../../db/messages.ts';
import { lastReviewWords } from '../../db/reviews.ts';
import { templateOfWork } from '../../db/templates.ts';
import { UnreadableMarkdown } from '../../domain/markdown/unreadable.ts';
import type { NumberState, Provenance } from '../../domain/provenance/types.ts';
import { listStyles, stylesFolder } from '../../exports/style.ts';
import { createPaperTracer } from '../../provenance/trace-paper.ts';
import type { Asking } from '../../threads/job-threads.ts';
import { PAPER } from '../../workspace/paper.ts';
import { WorkspaceError } from '../../workspace/workspace-error.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { inWords } from '../tools/check-paper.ts';
import { rubricOf } from './rubric.ts';

export interface ReviewMaterial {
  asked: string;
  /** The paper's text; of one that cannot be read, why. */
  paper: string;
  /** Of its bytes; null where it cannot be read. */
  sha256: string | null;
  check: string;
  numbers: string;
  rubric: string[];
  /** What was said in the round before; null in the first. */
  before: string | null;
}

export async function readMaterial(
  deps: ActivityDependencies,
  { workId, turn, round }: { workId: string; turn: number; round: number },
  asking: Asking,
): Promise<ReviewMaterial> {
  const [asked, before, template, { styles }] = await Promise.all([
    askedInTurn(deps.db, workId, turn),
    round === 1 ? null : lastReviewWords(deps.db, workId, turn),
    templateOfWork(deps.db, workId),
    listStyles(stylesFolder(deps.dataDir)),
  ]);
  const of = { asked, before };
  const workspace = await deps.workspaceOf(workId);
  try {
    const file = { workId, file: PAPER };
    const { source, sha256, provenance } = await createPaperTracer(deps.db, deps.provenance).trace(
      file,
      workspace,
      asking,
    );
    const { items } = await deps.paperChecker.check({ ...file, style: null }, workspace, asking);
    return {
      ...of,
      paper: source,
      sha256,
      check: inWords(PAPER, items),
      numbers: numbersInWords(provenance),
      rubric: rubricOf({ template, paper: source, styles }),
    };
  } catch (error) {
    if (!(error instanceof WorkspaceError || error instanceof UnreadableMarkdown)) throw error;
    const paper = `(${PAPER} cannot be read: ${error.message})`;
    return { ...of, paper, sha256: null, check: '', numbers: '', rubric: [] };
  }
}

/** States that speak against a number, and how many of each are named. */
const DOUBTFUL: NumberState[] = ['untraced', 'stale', 'superseded'];
const NAMED = 20;

/** How many numbers come from where, and which of them from nowhere. */
export function numbersInWords({
  numbers,
  figures,
  counts,
}: Pick<Provenance, 'numbers' | 'figures' | 'counts'>): string {
  const all = Object.entries(counts).flatMap(([state, count]) => (count > 0 ? [`${count} ${state}`] : []));
  const lines = DOUBTFUL.flatMap((state) => {
    const found = numbers.filter((number) => number.state === state);
    if (found.length === 0) return [];
    const named = found.slice(0, NAMED).map(({ text }) => text);
    return [
      `${state}: ${named.join(', ')}${found.length > NAMED ? `, and ${found.length - NAMED} more` : ''}`,
    ];
  });
  const doubtful = figures.filter(({ state }) => state !== 'traced').slice(0, NAMED);
  return [
    all.length === 0 ? 'The paper has no numbers that would come from a run.' : `Numbers: ${all.join(', ')}.`,
    ...lines,
    ...doubtful.map(({ path, state }) => `figure ${path}: ${state}`),
  ].join('\n');
}
