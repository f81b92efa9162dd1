/** What of a Work is on show, in the page's address: back leads there, and so does a reload (V63). */
import { type Ref, watch } from 'vue';
import type { RouteLocationNormalizedLoaded, Router } from 'vue-router';

const TABS = ['conversation', 'files', 'paper'];

/** The parts of an address that say it. */
export interface ShownPlace {
  tab?: string;
  file?: string;
}

/** What this needs of the router. */
export interface Address {
  /** What the address says now; reading it makes a watcher follow. */
  place(): ShownPlace;
  go(place: ShownPlace, how: 'push' | 'replace'): void;
}

export interface OnShow {
  tab: Ref<string>;
  /** The file that lies over the paper. */
  file: Ref<string | null>;
  /** Whether there are tabs at all. */
  wide: Readonly<Ref<boolean>>;
  /** Changes when what is open was moved: the address of before leads nowhere any more. */
  moved: Readonly<Ref<unknown>>;
}

/** The address follows what is on show, and what is on show the address. */
export function useWorkAddress({ tab, file, wide, moved }: OnShow, address: Address): void {
  const said = (): ShownPlace => ({
    ...(wide.value ? {} : { tab: tab.value }),
    ...(file.value === null ? {} : { file: file.value }),
  });
  const isSaid = () => {
    const [now, wanted] = [address.place(), said()];
    return now.tab === wanted.tab && now.file === wanted.file;
  };

  function take(): void {
    const now = address.place();
    if (now.tab !== undefined) tab.value = now.tab;
    file.value = now.file ?? null;
  }

  take();
  if (!isSaid()) address.go(said(), 'replace');
  let lastMove = moved.value;
  watch([tab, file, wide], ([, , now], [, , before]) => {
    const isCorrection = moved.value !== lastMove || now !== before;
    lastMove = moved.value;
    if (!isSaid()) address.go(said(), isCorrection ? 'replace' : 'push');
  });
  watch(() => address.place(), take, { deep: true });
}

/** The address of that Work; another page's, which may be on its way, is none of its own. */
export function addressOf(
  workId: string,
  route: Pick<RouteLocationNormalizedLoaded, 'params' | 'query'>,
  router: Pick<Router, 'push' | 'replace'>,
): Address {
  const isHere = () => route.params.id === workId;
  let last: ShownPlace = {};
  return {
    place() {
      if (!isHere()) return last;
      const { tab, file } = route.query;
      last = {
        ...(typeof tab === 'string' && TABS.includes(tab) ? { tab } : {}),
        ...(typeof file === 'string' && file !== '' ? { file } : {}),
      };
      return last;
    },
    go(place, how) {
      if (isHere()) void router[how]({ query: { ...place } });
    },
  };
}
