import { type InjectionKey, inject, type Ref } from 'vue';
import type { Meta } from '../api/works.ts';

/** What the server says about itself; null until it has said it. */
export const metaKey: InjectionKey<Readonly<Ref<Meta | null>>> = Symbol('meta');

/** Asks the server again: what it says depends on what the person has set up. */
export const refreshMetaKey: InjectionKey<() => Promise<void>> = Symbol('refresh meta');

export function useRefreshMeta(): () => Promise<void> {
  const refresh = inject(refreshMetaKey);
  if (refresh === undefined) throw new Error('the meta is provided by app.vue');
  return refresh;
}

export function useMeta(): Readonly<Ref<Meta | null>> {
  const meta = inject(metaKey);
  if (meta === undefined) throw new Error('the meta is provided by app.vue');
  return meta;
}
