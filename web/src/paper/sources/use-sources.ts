/** A paper's sources, looked up anew whenever the paper or the workspace changes: one request at a time. */
import { onScopeDispose, shallowRef, watch } from 'vue';
import { fetchSources, type PaperSources } from '../../api/provenance.ts';
import { useWorkspace } from '../../files/use-workspace.ts';
import { useSession } from '../../shell/use-session.ts';
import { PAPER } from '../use-paper.ts';

/** What changes together is looked up together. */
const PAUSE_MS = 250;

export function useSources(workId: string) {
  const { http } = useSession();
  const workspace = useWorkspace();
  const sources = shallowRef<PaperSources | null>(null);
  const failure = shallowRef<unknown>(null);
  let loading = false;
  let again = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function load(): Promise<void> {
    again = loading;
    if (loading) return;
    loading = true;
    try {
      sources.value = await fetchSources(http, workId, PAPER);
      failure.value = null;
    } catch (error) {
      failure.value = error;
    }
    loading = false;
    if (again) await load();
  }

  function soon(): void {
    clearTimeout(timer);
    timer = setTimeout(() => void load(), PAUSE_MS);
  }

  // The list of files is fetched anew after each run and each change that this page hears of.
  watch([() => workspace.version(PAPER), workspace.files], soon);
  void load();
  onScopeDispose(() => clearTimeout(timer));

  return { http, sources, failure, load };
}
