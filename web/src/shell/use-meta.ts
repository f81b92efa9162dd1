import { type InjectionKey, inject, type Ref } from 'vue';
import type { Meta } from '../api/works.ts';

/** What the server says about itself; null until it has said it. */
export const metaKey: InjectionKey<Readonly<Ref<Meta | null>>> = Symbol('meta');

export function useMeta(): Readonly<Ref<Meta | null>> {
  const meta = inject(metaKey);
  if (meta === undefined) throw new Error('the meta is provided by app.vue');
  return meta;
}
