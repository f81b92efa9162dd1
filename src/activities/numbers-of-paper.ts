/** The numbers of a Work's paper and where each comes from, for the files that are made of it (T12, T14). */
import type { ExportRow } from '../db/exports.ts';
import { UnreadableMarkdown } from '../domain/markdown/unreadable.ts';
import type { Provenance } from '../domain/provenance/types.ts';
import type { NumberRow } from '../exports/bundle/numbers-csv.ts';
import { createPaperTracer } from '../provenance/trace-paper.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { WorkspaceError } from '../workspace/workspace-error.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** Bytes of a paper whose numbers are told. */
const PAPER_BYTES = 4 * 1024 ** 2;

/** `paper` is null, and there are no rows, where there is no such paper or it cannot be read. */
export async function numbersOf(
  deps: ActivityDependencies,
  order: ExportRow,
  workspace: Workspace,
  file: string,
): Promise<{ paper: Provenance | null; rows: NumberRow[] }> {
  const asking = { person: { id: order.ownerId, guest: order.guest }, signal: new AbortController().signal };
  try {
    const of = { workId: order.workId, file };
    const { provenance: paper } = await createPaperTracer(deps.db, deps.provenance).trace(
      of,
      workspace,
      asking,
    );
    const text = (await workspace.read(file, { maxBytes: PAPER_BYTES })).toString('utf8');
    const places = await deps.provenance.run('placesOfNumbers', [text], asking);
    const sections = new Map(places.map(({ start, section }) => [start, section]));
    const rows = paper.numbers.map((number) => rowOf(number, sections.get(number.start) ?? ''));
    return { paper, rows };
  } catch (error) {
    if (error instanceof WorkspaceError || error instanceof UnreadableMarkdown)
      return { paper: null, rows: [] };
    throw error;
  }
}

function rowOf(
  { text, state, fact, run, script, scriptLine, line }: Provenance['numbers'][number],
  section: string,
): NumberRow {
  return {
    ...{ text, section, state, run, script, scriptLine, outputLine: line },
    ...{ name: fact?.name, value: fact?.value, unit: fact?.unit },
  };
}
