/** A paper's sources, looked up anew whenever the paper or the workspace changes. */
import { fetchSources } from '../../api/provenance.ts';
import { useSession } from '../../shell/use-session.ts';
import { PAPER } from '../paper-file.ts';
import { useLookedUp } from '../use-looked-up.ts';

const PAUSE_MS = 250;

export function useSources(workId: string) {
  const { http } = useSession();
  const { found: sources, failure, load } = useLookedUp(() => fetchSources(http, workId, PAPER), PAUSE_MS);
  return { http, sources, failure, load };
}
