/** What the server says of the paper, looked up anew whenever the paper or the workspace changes: one request at a time. */
import { onScopeDispose, type ShallowRef, shallowRef, watch } from 'vue';
import { useWorkspace } from '../files/use-workspace.ts';
import { PAPER } from './paper-file.ts';

export interface LookedUp<T> {
  /** null until it has come once; what came last stays where a later look-up fails. */
  found: ShallowRef<T | null>;
  failure: ShallowRef<unknown>;
  load(): Promise<void>;
}

/** @param pauseMs what changes within it is looked up together */
export function useLookedUp<T>(look: () => Promise<T>, pauseMs: number): LookedUp<T> {
  const workspace = useWorkspace();
  const found: ShallowRef<T | null> = shallowRef(null);
  const failure = shallowRef<unknown>(null);
  let loading = false;
  let again = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function load(): Promise<void> {
    again = loading;
    if (loading) return;
    loading = true;
    try {
      found.value = await look();
      failure.value = null;
    } catch (error) {
      failure.value = error;
    }
    loading = false;
    if (again) await load();
  }

  function soon(): void {
    clearTimeout(timer);
    timer = setTimeout(() => void load(), pauseMs);
  }

  // The list of files is fetched anew after each run and each change that this page hears of.
  watch([() => workspace.version(PAPER), workspace.files], soon);
  void load();
  onScopeDispose(() => clearTimeout(timer));

  return { found, failure, load };
}
