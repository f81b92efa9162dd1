import { type Component, defineAsyncComponent } from 'vue';
import { bringDialogs } from '../i18n/index.ts';
import { waitForRetry } from './missing-parts.ts';
import PartLoading from './part-loading.vue';

/**
 * A part of the page whose code comes when it is first wanted. Where it does not come (offline, or the server has a
 * newer page by now) its place says so until it is tried again; what stands around it stays.
 */
export function lazyPart<T extends Component>(load: () => Promise<{ default: T }>): T {
  return defineAsyncComponent({
    loader: async () => (await load()).default,
    loadingComponent: PartLoading,
    onError(error, retry) {
      console.warn('a part of the page did not come', error);
      waitForRetry(retry);
    },
  });
}

/** A lazy part whose sentences come with it, for `texts`. */
export function lazyDialog<T extends Component>(
  load: () => Promise<{ default: T }>,
  texts: Parameters<typeof bringDialogs>[0],
): T {
  return lazyPart(async () => (await Promise.all([load(), bringDialogs(texts)]))[0]);
}
