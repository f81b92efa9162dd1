/** The paper in a Work's files. */
import { paperTitle } from '../domain/markdown/paper-title.ts';
import type { Workspace } from './workspace.ts';
import { WorkspaceError } from './workspace-error.ts';

export const PAPER = 'paper.md';

/** A title stands at its beginning: no more bytes than so are read for it. */
const BEGINNING_BYTES = 8 * 1024;

/** What the paper calls itself; null where it does not. */
export async function titleOfPaper(workspace: Workspace): Promise<string | null> {
  try {
    const bytes = await workspace.read(PAPER, { limit: BEGINNING_BYTES });
    const text = bytes.toString('utf8');
    // The last line may have been cut.
    return paperTitle(bytes.length < BEGINNING_BYTES ? text : text.slice(0, text.lastIndexOf('\n') + 1));
  } catch (error) {
    if (error instanceof WorkspaceError) return null;
    throw error;
  }
}
