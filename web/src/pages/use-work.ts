import { shallowRef, type WatchSource, watch } from 'vue';
import { getWork, renameWork, type Work } from '../api/works.ts';
import { useSession } from '../shell/use-session.ts';

/** A Work's title, template, model and what it has taken: asked for now and whenever `causes` change. */
export function useWork(workId: string, causes: WatchSource[]) {
  const { http } = useSession();
  const work = shallowRef<Work | null>(null);
  let newest = 0;

  async function load(): Promise<void> {
    newest += 1;
    const mine = newest;
    try {
      const found = await getWork(http, workId);
      if (mine === newest) work.value = found;
    } catch (error) {
      // The connection says what is wrong with the Work itself; without its title the page goes on.
      console.warn('the title is not known', error);
    }
  }
  watch(causes, load, { immediate: true });

  /** What was read before says less than the answer to a change. */
  function change(changed: Work): void {
    newest += 1;
    work.value = changed;
  }

  async function rename(title: string): Promise<void> {
    change(await renameWork(http, workId, title));
  }

  return { work, load, change, rename };
}
