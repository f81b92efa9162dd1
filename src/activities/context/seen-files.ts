/** The files of a workspace as one look saw them, for all that is told of them in the same moment (B1). */
import type { Entry, Listing } from '../../workspace/listing.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import { WorkspaceError } from '../../workspace/workspace-error.ts';

export interface SeenFiles {
  workspace: Workspace;
  /** All of them, looked at once. @throws WorkspaceError */
  all(): Promise<Listing>;
  /** Those in a folder; none where it is not there. */
  under(folder: string): Promise<Entry[]>;
}

export function seenFiles(workspace: Workspace): SeenFiles {
  let whole: Promise<Listing> | undefined;
  const all = () => {
    whole ??= workspace.list();
    return whole;
  };
  return {
    workspace,
    all,
    async under(folder) {
      try {
        const { entries, truncated } = await all();
        // What a listing of too many files leaves out may stand in the folder.
        if (truncated) return (await workspace.list(folder)).entries;
        return entries.filter(({ path }) => path.startsWith(`${folder}/`));
      } catch (error) {
        if (error instanceof WorkspaceError) return [];
        throw error;
      }
    },
  };
}
