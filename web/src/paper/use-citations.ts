/** The paper as it is drawn, with its citations numbered and listed (O6); what does that comes when something is cited. */
import { type ComputedRef, computed, shallowRef, watch } from 'vue';
import { useWorkspace, type Workspace } from '../files/use-workspace.ts';

const BIBLIOGRAPHY = 'references.bib';

export function useCitations(
  source: () => string,
  workspace: Pick<Workspace, 'files' | 'version' | 'read'> = useWorkspace(),
): ComputedRef<string> {
  const bib = shallowRef<string | null>(null);
  const draw = shallowRef<((source: string, bib: string) => string) | null>(null);
  /** Asked for only where it is: templates speak of citations before there is a work to cite. */
  const isThere = computed(() => workspace.files.value?.some((file) => file.path === BIBLIOGRAPHY) ?? false);
  const cites = computed(() => /\[(?:[^[\]\n]{0,100}\s)?-?@/.test(source()));

  watch(
    [cites, () => workspace.version(BIBLIOGRAPHY), isThere],
    async ([now]) => {
      if (!now) return;
      try {
        draw.value ??= (await import('../../../src/domain/references/with-citations.ts')).withCitations;
        bib.value = isThere.value ? ((await workspace.read(BIBLIOGRAPHY))?.text ?? '') : '';
      } catch (error) {
        // Citations stay as they are written, then.
        console.warn('citations are not drawn', error);
      }
    },
    { immediate: true },
  );

  return computed(() =>
    cites.value && draw.value !== null && bib.value !== null ? draw.value(source(), bib.value) : source(),
  );
}
