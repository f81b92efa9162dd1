import { ref, watch } from 'vue';
import type { Workspace } from '../files/use-workspace.ts';
import { PAPER } from '../paper/paper-file.ts';

/** The file that lies over the paper, or over the list on a phone; null where none does. */
export function useOpenFile(workspace: Pick<Workspace, 'moved'>, toPaper: () => void) {
  const openFile = ref<string | null>(null);

  /** The paper has a pane of its own. */
  function open(path: string): void {
    if (path !== PAPER) openFile.value = path;
    else {
      openFile.value = null;
      toPaper();
    }
  }

  // What is open is where it was moved to, and nothing where it was removed.
  watch(workspace.moved, (move) => {
    const path = openFile.value;
    if (move === null || path === null) return;
    if (path !== move.from && !path.startsWith(`${move.from}/`)) return;
    openFile.value = move.to === null ? null : move.to + path.slice(move.from.length);
  });

  return { openFile, open };
}
