import { type Component, defineAsyncComponent } from 'vue';
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
